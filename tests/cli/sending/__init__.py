"""Sending by processes of this machine."""
