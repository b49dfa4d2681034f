"""Who may read a partition through a consumer group: one owner at most, or a few without an owner.

A reader with an epoch (owner level) evicts those with a lower one, with the same one, or with none; one that comes
with less than the present epoch is refused. Source: "Event Hubs features: epoch" (Microsoft Learn).
"""

from typing import Protocol

from local_azure.amqp.errors import AmqpError, Condition

MAX_WITHOUT_EPOCH = 5
"""Azure's limit of concurrent readers of a partition in a consumer group."""


class Member(Protocol):
    """A reader as its group sees it."""

    epoch: int | None

    def evict(self, error: AmqpError) -> None:
        """Another reader takes over."""
        ...


class Readers:
    """The readers of one partition in one consumer group."""

    def __init__(self) -> None:
        self._members: list[Member] = []

    def join(self, reader: Member) -> None:
        """Let a reader in, evicting those that it replaces. Raises AmqpError if it may not come in."""
        top = max((member.epoch for member in self._members if member.epoch is not None), default=None)
        if reader.epoch is None:
            if top is not None:
                raise _stolen(f"A receiver with a higher epoch '{top}' already exists; yours has none.")
            if len(self._members) >= MAX_WITHOUT_EPOCH:
                raise AmqpError(
                    Condition.RESOURCE_LIMIT_EXCEEDED,
                    "Exceeded the maximum number of allowed receivers per partition in a consumer group "
                    f"which is {MAX_WITHOUT_EPOCH}.",
                )
        elif top is not None and reader.epoch < top:
            raise _stolen(f"A receiver with a higher epoch '{top}' already exists; yours is '{reader.epoch}'.")
        else:
            for rival in list(self._members):
                rival.evict(_stolen(f"New receiver with higher epoch of '{reader.epoch}' is created hence current "
                                    f"receiver with epoch '{rival.epoch}' is getting disconnected."))  # fmt: skip
        self._members.append(reader)

    def leave(self, reader: Member) -> None:
        """A reader is gone; it may never have come in."""
        if reader in self._members:
            self._members.remove(reader)


def _stolen(description: str) -> AmqpError:
    return AmqpError(Condition.LINK_STOLEN, description)
