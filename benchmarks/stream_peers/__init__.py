"""The suspicion query in other engines, over the same batches of the same events.

Each module has `run(batches) -> Result`. A batch is (partition, bodies, arrivals in microseconds since 1970), in the
order in which a job reads four partitions; windows are (start, end], and rows leave when all partitions have passed
their end. One thread each.
"""
