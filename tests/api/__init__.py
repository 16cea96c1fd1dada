"""The service from outside: through HTTP, as programs and browsers ask it."""
