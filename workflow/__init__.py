"""What happened: tables, the engine that takes one step in one transaction, timers, audit, queries."""
