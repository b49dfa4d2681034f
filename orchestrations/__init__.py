"""Deterministic orchestrations, one per file. They import the domain and the durable SDK, and do no I/O."""
