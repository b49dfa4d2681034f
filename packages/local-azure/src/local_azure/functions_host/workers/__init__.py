"""More worker processes for durable functions: in each, Python computes on a core of its own."""
