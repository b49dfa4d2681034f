"""Every source becomes rows: one per sighting of an id."""
