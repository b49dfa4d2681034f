"""Load as data: the plan of a campaign, the shapes of its rate, the mixes of its events, and what is due when. Pure."""
