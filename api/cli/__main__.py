"""``python -m api.cli``: the same as ``zaigang``."""

from api.cli import main

main()
