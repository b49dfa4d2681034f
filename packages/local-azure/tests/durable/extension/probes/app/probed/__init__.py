"""The functions of the probed app, a blueprint per subject."""
