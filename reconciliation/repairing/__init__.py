"""Repair the differences that a run found."""
