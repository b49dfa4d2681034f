"""Cosmos DB for NoSQL on this machine: the REST protocol that the unmodified SDKs speak, over one SQLite file."""
