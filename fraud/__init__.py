"""The domain: events, windows, rules, verdicts. Pure: no Azure, no clock, no environment.

It reads no file but its own rule sets, which are data of this package.
"""
