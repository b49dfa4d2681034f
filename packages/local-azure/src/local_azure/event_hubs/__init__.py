"""Event Hubs: partitioned logs of events that any number of readers may read from any place.

An event's enqueued time is given in the turn of the event loop that commits it, by one thread, and never goes back
within a partition. Whoever is told about a partition (by `$management`, or along with an event) is told committed
state only, and every event that comes later gets an enqueued time strictly after the moment of the answer. So an
answer given at time T is an exact watermark: it includes every event with an enqueued time up to T.
"""
