"""Ends a growth of Microsoft's client for Event Hubs in processes that read for long.

A receiving link remembers the tag of each delivery until it settles it. Nothing in `azure.eventhub` settles, so each
event that is read leaves some hundred bytes behind for as long as the link is open.
"""

import importlib
from typing import Any


class _Untold(set[bytes]):
    """Remembers nothing. A settlement would be refused by the SDK, which asks for the tag first."""

    def add(self, _: bytes, /) -> None:
        """Forget the tag at once."""


def forget_tags() -> None:
    """Have all receiving links of `azure.eventhub` forget their tags, those that are open, too."""
    nothing = _Untold()

    def read(_: object) -> set[bytes]:
        return nothing

    def write(_: object, __: set[bytes]) -> None:
        """The link begins with a set of its own, which nobody needs."""

    for module in ("aio._receiver_async", "receiver"):
        link: Any = importlib.import_module(f"azure.eventhub._pyamqp.{module}").ReceiverLink
        link._received_delivery_tags = property(read, write)
