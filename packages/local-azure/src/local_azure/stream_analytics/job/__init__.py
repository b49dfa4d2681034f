"""The job around the query: the project's files, the hub, the journal, the outputs, and golden tests."""
