"""Settings, and one cached client per Azure service."""
