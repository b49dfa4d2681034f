"""Event Hubs and Service Bus over AMQP 1.0 for the unmodified SDKs, on SQLite.

The transport, from the wire upwards (each file has one subject):

    values, decode, encode     AMQP's types, within limits of depth and count
    frames, performatives,     how bytes are cut and what the nine performatives say
    transfers, outcomes
    sasl, connection, outbox,  the handshake, heartbeats, back-pressure; what all connections share
    port, server
    session, link,             windows, credit, messages put together from frames, settlement
    incoming_link, outgoing_link, delivery
    sections, message          an encoded message as a broker sees it
    node                       what an entity implements (protocols Node, Sink, Source)
    request_response, cbs      $cbs and $management
    group_commit               one SQLite commit per turn of the event loop, answers after it

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
