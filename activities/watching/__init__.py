"""Watching the pipeline: look at it, log what is seen, tell the operators."""
