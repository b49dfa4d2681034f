"""Input that cannot be processed and must not be lost: the raw bytes, where they came from and what is wrong with them.

Paths are computed from where the bytes came from, so that a redelivery writes the same blob again.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import msgspec

MAX_REASON = 1_000
"""Characters of a reason that are kept: it may quote what was sent, which is long at its producer's will."""

_PATH = re.compile(r"store-events/(?:[0-9]{2,4}/){4}p[0-9A-Za-z]{1,20}-[0-9]{1,19}\.json", re.ASCII)


class QuarantinedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the hub that is not a store event, or that the archive does not take."""

    reason: str
    raw_base64: str
    partition: str
    offset: str
    sequence_number: int
    enqueued_time: datetime

    @property
    def body(self) -> bytes:
        """The event's bytes as they came. Raises ValueError if somebody has altered the record."""
        return b64decode(self.raw_base64, validate=True)

    @property
    def path(self) -> str:
        """`store-events/{yyyy}/{mm}/{dd}/{hh}/p{partition}-{sequence number}.json`, by enqueued time in UTC."""
        return quarantined_path(self.enqueued_time, self.partition, self.sequence_number)


class QuarantinedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A queue message that is not a window of suspicious events."""

    reason: str
    raw_base64: str
    message_id: str | None
    enqueued_time: datetime | None

    @property
    def path(self) -> str:
        """`suspicious-windows/{digest}.json`, the digest being that of message id and body.

        Not the message id itself: a sender chooses it, and it may hold anything.
        """
        key = f"{self.message_id or ''}\n{self.raw_base64}".encode()
        return f"suspicious-windows/{hashlib.sha256(key).hexdigest()[:32]}.json"


class QuarantinedEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the evidence on verdicts, or an alert that waits, that somebody has damaged: all goes on without it."""

    reason: str
    raw_base64: str
    blob: str
    """Its path: that of evidence in the container of the verdicts, where it stays."""

    @property
    def path(self) -> str:
        """`evidence/{yyyy}/{mm}/{dd}/{hh}{mm}/{window}/{first id}-{ids}-{part}-{digest}.json`, of the bytes."""
        digest = hashlib.sha256(self.raw_base64.encode()).hexdigest()[:32]
        return f"{self.blob.removesuffix('.json.gz')}-{digest}.json"


def quarantined_path(enqueued: datetime, partition: str, sequence_number: int) -> str:
    """The path of an event of the hub in quarantine; any time of the hour in which it was enqueued leads there."""
    hour = enqueued.astimezone(UTC).strftime("%Y/%m/%d/%H")
    return f"store-events/{hour}/p{partition}-{sequence_number}.json"


def is_quarantined_path(path: str) -> bool:
    """True if an event of the hub may lie there in quarantine: the service refuses some texts as names of blobs."""
    return _PATH.fullmatch(path) is not None


def raw(body: bytes) -> str:
    """Bytes as they came, in a form that JSON can hold."""
    return b64encode(body).decode("ascii")
