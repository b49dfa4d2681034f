"""Readers of the desk: cases, verdicts, events, quarantine, alerts; each gives the structs of `fraud.desk`."""
