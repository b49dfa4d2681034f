"""The report of a run, for programs and for people."""
