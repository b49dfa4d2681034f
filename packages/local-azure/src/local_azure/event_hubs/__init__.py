"""Event Hubs: partitioned logs of events that any number of readers may read from any place.

An event's enqueued time is given in the turn of the event loop that commits it, by one thread, and never goes back
within a partition. Whoever is told about a partition (by `$management`, or along with an event) is told committed
state only, and every event that comes later gets an enqueued time strictly after the moment of the answer. So an
answer given at time T is an exact watermark: it includes every event with an enqueued time up to T.

    entities, namespace        the hubs of a file, and their addresses
    hub, partition_key         the partitions of a hub, and which of them a key belongs to
    partition, store, recent   one log, its rows, and its latest events in memory
    events, publisher          what a client sends: checked, stamped, appended
    positions, reader,         where a reader starts, what it gets, and which readers a partition has
    readers
    management                 what clients ask about hubs and partitions
    retention, throttle        when events leave, and how many pass in a second

`capture` writes the logs to Blob; `brokers.event_hubs` puts all of it on a port.
"""
