"""How people and programs reach it: JSON API, pages, sign-in, the command line."""
