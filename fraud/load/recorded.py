"""Recorded events: bodies of any kind, and the fields that decide their partition and their properties."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from fraud.generation import INVENTORY, SALE
from fraud.load.messages import MixTotals
from fraud.routing import lane_of
from fraud.suspicion import is_suspicious, store_of


class Columns(msgspec.Struct, frozen=True):
    """The columns of a body that decide something, with any JSON type."""

    id: Any = None
    event_type: Any = None
    store_id: Any = None
    discount: Any = None
    priority_shipping: Any = None
    is_return: Any = None


_decoder = msgspec.json.Decoder(Columns)


class Recorded(msgspec.Struct, frozen=True):
    """A body, and its columns; None if it cannot be read."""

    body: bytes
    columns: Columns | None

    @classmethod
    def of(cls, body: bytes) -> "Recorded":
        """Any body."""
        try:
            return cls(body, _decoder.decode(body))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return cls(body, None)

    @property
    def must_be_flagged(self) -> bool:
        """True if the stream job must flag it."""
        read = self.columns
        return read is not None and is_suspicious(read.event_type, read.discount, read.priority_shipping)

    def partition(self, partitions: Sequence[str]) -> str:
        """The partition that its producer would send it to."""
        read = self.columns or Columns()
        return lane_of(partitions, is_sale=read.event_type == SALE, store=store_of(read.store_id) or 0)

    def properties(self, run_id: str) -> dict[str | bytes, str]:
        """Its properties, as `fraud.routing.properties_of` has them for a generated event."""
        read = self.columns or Columns()
        properties: dict[str | bytes, str] = {
            "event_type": str(read.event_type),
            "priority_shipping": str(read.priority_shipping),
            "is_return": str(read.is_return),
            "run_id": run_id,
        }
        try:
            trace = uuid.UUID(str(read.id)).hex
        except ValueError:
            return properties
        return properties | {"traceparent": f"00-{trace}-{trace[16:]}-01"}


def totals_of_recorded(sent: Sequence[Recorded]) -> MixTotals:
    """Count recorded events; one that has the body of another one is not expected to be flagged once more."""
    read = [recorded.columns for recorded in sent if recorded.columns]
    return MixTotals(
        sent=len(sent),
        bad=sum(columns.store_id is None for columns in read),
        sales=sum(columns.event_type == SALE for columns in read),
        inventory=sum(columns.event_type == INVENTORY for columns in read),
        expected_suspicious=len({recorded.body for recorded in sent if recorded.must_be_flagged}),
        malformed=len(sent) - len(read),
    )
