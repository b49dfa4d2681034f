"""Reconciliation: what the archive says must have been flagged, compared with what was flagged and judged. Pure.

In the order of the steps: `plan` says what to read; `reading` turns the archive (`capture`) and the outcomes into rows;
`comparing` judges the rows of a bucket of ids; `reporting` adds up and says what it means; `repairing` mends.
"""
