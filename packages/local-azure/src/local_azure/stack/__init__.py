"""Starts, checks, restarts and stops the local parts, with one clock and one settings file for all of them."""
