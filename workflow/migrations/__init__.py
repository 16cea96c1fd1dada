"""Numbered changes of the tables (数据库迁移); ``workflow.migrate`` runs them."""
