"""Reads for the desk: they ask the services for what its pages show, and change nothing."""
