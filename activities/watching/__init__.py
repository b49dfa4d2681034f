"""Watching the pipeline: look at it, log what is seen, tell who operates it."""
