"""The AMQP 1.0 protocol on asyncio, as far as Event Hubs and Service Bus need it. It knows neither of the two.

From the wire upwards; each file has one subject and imports only files above it:

    limits, errors             how much a client may ask, and what it is told when it is too much
    values, decode, encode,    AMQP's types, within limits of depth and count; values passed on as they came
    spans
    sections, message,         an encoded message as a broker sees it; most messages, taken apart at once; decimals
    ordinary,                  as Service Bus passes them on
    service_decimals
    bodies, sdk_types,         a body as bytes, for all that hand a message on; what the SDKs' decoders lack, and what
    sdk_tags, continuity       they keep of what was read; events that a reader was not given
    frames, performatives,     how bytes are cut, what the nine performatives say, and what became of a delivery
    transfers, outcomes
    sdk_maps, sdk_events,      the SDK's client of a hub as our own readers use it: it takes all that has arrived, and
    sdk_frames, sdk_receiver,  of an event reads what is asked for
    sdk_reading
    link, incoming_link,       messages put together from frames, credit, settlement
    outgoing_link, budget
    node                       what an entity implements (protocols Node, Sink, Source)
    request_response, cbs      $cbs and $management
    channel, session           windows, handles and delivery ids; what a session needs of its connection
    sasl, handshake            protocol headers, SASL, open
    connection                 one client without its socket: bytes in, bytes out
    outbox, port, client,      sockets: back-pressure, what all clients of a port share, heartbeats and ends
    watch, server

`__main__` is the command `python -m local_azure.amqp`, which `local_azure.brokers` composes. Writes and the answers
after them go through `core.group_commit`: one SQLite commit per turn of the event loop.

How to bind an entity. A name space is a `Node`: `attach_sender(link)` and `attach_receiver(link)` look at
`link.path`, `link.properties` and `link.filters`, and return a handler or raise `AmqpError(condition, text)`:

    class Queue(Sink):                                     # a client sends
        def on_message(self, delivery):
            messages = split_batch(delivery.message) if delivery.is_batch else [delivery.message]
            self.commits.executemany("INSERT ...", rows(messages))
            self.commits.after_commit(delivery.accept)     # acknowledged is stored

        def on_detach(self): ...

    class Receiver(Source):                                # a client receives
        def on_flow(self, drain):                          # credit, window or room in the buffer has grown
            while self.link.ready and (message := self.next_message()):
                self.link.send(lock_token.bytes_le, message, settled=False)
            if drain:
                self.link.drained()

        def on_disposition(self, settlement):              # .tag, .outcome: Accepted | Rejected | Modified | ...
            ...                                            # then, if not settlement.settled:
            self.commits.after_commit(lambda: self.link.settle(settlement.delivery_id, ACCEPTED))

        def on_detach(self): ...                           # unsettled deliveries are the entity's again

New messages are pushed by calling the source's own `on_flow(drain=False)` after the commit. `$management` is a
`RequestNode(responder, SERVICE_BUS, commits.after_commit)`: return its `sink(link)` and `source(link)` when the
address asks for it; the responder maps a `Request` to a `Reply`. A node is served with
`async with listening(node, port) as number:`. Everything runs in the one thread of the event loop.
"""
