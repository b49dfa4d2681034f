"""Deterministic workflows, one a file. They import the domain and the durable SDK, and do no I/O of their own."""
