"""Service Bus queues on this machine: the engine (no AMQP in it), and what binds it to the AMQP transport."""
