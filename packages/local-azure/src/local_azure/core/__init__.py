"""Shared by all parts: process, clock, lock, SQLite with group commit, connection strings, log lines."""
