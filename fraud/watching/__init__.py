"""Watching the pipeline: facts, the checks that judge them, the lines that are logged, and who is told when. Pure."""
