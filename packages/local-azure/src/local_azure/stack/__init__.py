"""Starts, checks and stops the parts that a `local-azure.toml` names, with one clock and one settings file."""
