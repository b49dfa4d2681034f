"""The report of a campaign: put together from the app's answers, shown, written to files, and compared."""
