"""Stream Analytics on this machine: parses a project's query, runs it over the hub, and delivers its rows."""
