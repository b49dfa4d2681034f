"""A re-analysis: windows that have verdicts are judged again on purpose. Pure."""
