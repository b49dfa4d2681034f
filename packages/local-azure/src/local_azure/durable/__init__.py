"""The durable engine behind the unmodified azure-functions-durable 1.x: histories, timers and entities on SQLite."""
