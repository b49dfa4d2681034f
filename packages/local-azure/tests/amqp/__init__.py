"""The AMQP broker: transport, Event Hubs, Capture."""
