"""Service Bus queues on this machine.

The engine, without AMQP, every method inside the transaction of the turn (`core.group_commit`):

    queue                what can be asked of a queue, and what happens in it by itself
    lifecycle            what becomes of a stored message
    order, locks,        who is next, who holds what until when, which message ids count as duplicates
    duplicates
    table, store         the rows, their indexes and the sequence numbers
    messages, settings   what a queue holds, and by which rules

What binds it to the transport:

    namespace            addresses: QUEUE, QUEUE/$deadletterqueue, QUEUE/$management, $cbs
    links, feed          senders and receivers, and whose turn it is
    settlement           from an AMQP outcome to an action of the queue
    refusals             from an error of the engine to an AMQP condition
    management,          requests: peek, schedule, cancel, renew, deferred messages, settlement by lock token
    operations
    ingress, envelope,   a message on its way in, as it is kept, and on its way out
    egress
    timers               an alarm on Azure's clock and one in real time for each queue
    config, durations    the entity file

`brokers.service_bus` puts it on a port.

Locks follow real time, because they guard against real processes dying; time to live, schedules and the window of
duplicate detection follow Azure's clock.
"""
