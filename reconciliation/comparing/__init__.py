"""What the sightings of an id mean, and the accounts of all of them."""
