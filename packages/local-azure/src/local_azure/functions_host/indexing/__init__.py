"""From an app folder to its functions: import as the worker does, check what would fail on Azure, say it plainly."""
