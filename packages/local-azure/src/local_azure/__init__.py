"""Azure on this machine: what the app needs to run without Azure. Nothing outside this package imports it."""
