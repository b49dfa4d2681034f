"""The certificates that AMQP clients trust, loaded once in a process."""

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """Those of the machine. Without a context the SDKs load theirs for each connection (10 ms), also for one without
    TLS, and they open one for each question about a partition.
    """
    return ssl.create_default_context()
