"""For tests of an app: parts as subprocesses, a task hub in the test's process, and replay of recorded histories."""
