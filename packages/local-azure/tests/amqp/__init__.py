"""The AMQP protocol: types, links, and clients that write it by hand."""
