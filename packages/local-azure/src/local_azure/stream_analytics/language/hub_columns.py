"""The columns that Stream Analytics adds to an event of a hub."""

ENQUEUED_TIME = "EventEnqueuedUtcTime"
PARTITION_ID = "PartitionId"
PROCESSED_TIME = "EventProcessedUtcTime"
