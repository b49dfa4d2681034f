"""The interface of an output."""

from collections.abc import Sequence
from typing import Protocol

from local_azure.stream_analytics.job.journal import Parcel


class RefusedParcelError(Exception):
    """An output will never take this parcel as it is; the message names its row and says what to do."""

    def __init__(self, parcel: Parcel, reason: str) -> None:
        super().__init__(reason)
        self.parcel = parcel


class Sink(Protocol):
    """The far end of an output."""

    async def deliver(self, parcels: Sequence[Parcel]) -> int:
        """Hand over parcels in order; gives how many of the first were taken.

        Raises RefusedParcelError if the first cannot be taken ever, anything else if it is worth trying again.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...
