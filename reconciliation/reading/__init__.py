"""Every source becomes rows: one a sighting of an id."""
