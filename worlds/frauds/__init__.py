"""Frauds, after the literature; each file has those that work alike. `worlds.scenarios` names them."""
