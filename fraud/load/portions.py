"""The bounds of a portion: the events that a campaign sends, and the hub acknowledges, together in one batch.

What is not acknowledged is sent again, and may be there twice, marked. A batch that is refused brings the hub nothing
again that it has taken. A single event may be larger.
"""

PORTION_EVENTS = 500

PORTION_BYTES = 500_000
"""A throughput unit takes 1 MB in a second."""
