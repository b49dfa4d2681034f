"""Send a plan from this machine by processes of their own, straight to the hub: what one machine has to give."""
