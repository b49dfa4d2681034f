"""Event Hubs: the log, its readers, Capture, and the contract through the SDK."""
