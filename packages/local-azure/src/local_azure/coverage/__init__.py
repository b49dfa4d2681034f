"""Coverage tables: every operation of each service that the local parts have, refuse, ignore or do differently.

The data stands beside the code, in `coverage.toml` of each room; `python -m local_azure.coverage` writes the pages of
`docs/coverage/` and the summary of the README from it. `local_azure.coverage.tables` documents the format.
"""
