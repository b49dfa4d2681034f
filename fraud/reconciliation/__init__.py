"""Reconciliation: what the archive says must have been flagged, compared with what was flagged and judged. Pure.

The steps, in order: `plan` what to read, `scan` the archive and `observe` the outcomes into rows, `compare` the rows of
one bucket of ids, and merge the `accounts` into a `report`.
"""
