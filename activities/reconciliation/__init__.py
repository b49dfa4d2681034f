"""The activities of a reconciliation: they read archives, and write rows, sums and reports at computed paths."""
