"""Composes the brokers: Event Hubs with Capture, and Service Bus, each on a port of its own in one process."""
