"""Send a plan from this machine by processes of their own, straight to the hub, as fast as one machine can."""
