"""Speed as a ratio against the raw database in the same run. ``python -m benchmarks`` runs all and keeps the JSON."""
