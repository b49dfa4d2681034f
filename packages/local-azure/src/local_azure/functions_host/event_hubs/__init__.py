"""Event Hub triggers: batches per partition, in order, checkpointed in Blob."""
