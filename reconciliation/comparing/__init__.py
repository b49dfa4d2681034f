"""Compare the sightings of each id, and count them in accounts."""
