"""Every target of the package."""

from tests.fuzz import amqp, brokers, cosmos, functions_host, stream_analytics

IN_PROCESS = (*amqp.TARGETS, *cosmos.IN_PROCESS, *stream_analytics.TARGETS)
OVER_SOCKETS = (*brokers.TARGETS, *cosmos.OVER_SOCKETS, *functions_host.TARGETS)
TARGETS = (*IN_PROCESS, *OVER_SOCKETS)
