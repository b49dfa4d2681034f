"""Innocent occasions that look like fraud; each file has those that work alike. `worlds.scenarios` names them."""
