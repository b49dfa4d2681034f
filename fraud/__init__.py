"""The domain: events, windows, rules, verdicts, reconciliation. Pure: no Azure, no clock, no environment."""
