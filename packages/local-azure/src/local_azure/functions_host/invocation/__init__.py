"""Calling user code: threads, the app's own event loop, contexts, retries, timeouts."""
