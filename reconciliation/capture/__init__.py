"""The files of Event Hubs Capture: their names, blocks and records."""
