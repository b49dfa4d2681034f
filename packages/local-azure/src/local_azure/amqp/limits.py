"""Bounds on what a client may ask. Every number guards memory or fairness; the first four are Azure's own.

Sources: Event Hubs and Service Bus quotas (Microsoft Learn), AMQP 1.0 part 2 (transport).
"""

MAX_FRAME_BYTES = 65_536
"""The largest frame that either side may send; Azure announces the same."""

MAX_EVENT_HUBS_MESSAGE_BYTES = 1_048_576
"""One event or one batch on the Standard tier."""

MAX_SERVICE_BUS_MESSAGE_BYTES = 262_144
"""One message or one batch on the Standard tier."""

MAX_PROPERTY_BYTES, MAX_PROPERTIES_BYTES = 32_768, 65_536
"""One application property of a Service Bus message, and all of them."""

IDLE_TIMEOUT_SECONDS = 240.0
"""A connection that sends nothing for this long is closed; Azure announces the same."""

MAX_CONNECTIONS = 500
"""Connections to one port."""

MAX_SESSIONS = 5_000
"""Sessions in a connection; a channel above `MAX_SESSIONS - 1` is refused. Azure announces the same 4,999; .NET begins
a session for each link (azure-sdk-for-net issues 18363, 25954, 45350)."""

MAX_SESSIONS_OF_A_PORT = 50_000
"""Sessions in all connections of a port; each takes about a kilobyte."""

MAX_LINKS = 256
"""Links in a session; a handle above `MAX_LINKS - 1` is refused."""

MAX_LINKS_OF_A_CONNECTION = 5_000
"""Links in all sessions of a connection."""

HANDSHAKE_SECONDS = 30.0
"""From the first byte of TCP to the end of AMQP's open."""

WRITE_STALL_SECONDS = 60.0
"""A client whose receive window stays shut for this long is cut off."""

PARTIAL_MESSAGE_BYTES = 32 * 1_048_576
"""All messages whose last frame has not arrived yet, over all connections of a port."""

SEND_BUFFER_BYTES = 262_144
"""Above this many unsent bytes a connection gets no more messages until it has read some."""

REPLY_BUFFER_BYTES = 1_048_576
"""Above this many unsent bytes a connection is not read from either: it asks without listening."""

MAX_UNSETTLED = 5_000
"""Messages that a receiver may hold without settling them; above, its credit rests."""

MAX_PENDING_REPLIES = 100
"""Management replies that wait for the credit of a client that does not give any."""

INCOMING_CREDIT = 1_000
"""Messages that a sender may have in flight; it is given more as soon as half of them have come."""

LOGGED_REFUSALS = 10
"""Refused messages of one link that are logged; a client that goes on and on shall not fill the disk."""

INCOMING_WINDOW = 5_000
"""Transfer frames that a session may have in flight."""

MAX_DEPTH = 16
"""Lists within maps within lists; what real clients send is at most 6 deep."""

MAX_ELEMENTS = 65_536
"""Elements of one encoded value, all levels together."""
