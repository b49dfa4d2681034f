"""Judges and measures of labelled worlds, for `benchmarks.fraud_worlds`."""
