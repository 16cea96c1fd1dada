"""The demonstration (演示): one command, an empty machine, a county at work."""

from api.demo.run import run

__all__ = ["run"]
