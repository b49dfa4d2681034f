"""The times that order an orchestration's messages to an entity.

The extension gives each message the time of the episode, at least a tick (100 ns) after the one before to the same
entity, and the time of that one as its predecessor (`MessageSorter`). It compares entities without regard to case, so
an entity whose key differs from another in case only waits there for a message that never comes.
"""

import msgspec

from local_azure.durable.events import stamp
from local_azure.durable.tasks import Decision

NEVER = "0001-01-01T00:00:00"


class _Sent(msgspec.Struct, frozen=True):
    target: str
    ticks: int
    text: str


class SentTimes:
    """The last message of one execution to each entity."""

    def __init__(self) -> None:
        self._last: dict[str, _Sent] = {}

    def stamped(self, decision: Decision, now: float) -> Decision:
        """The decision with the time at which it is sent, in seconds since 1970, and its predecessor's."""
        target = decision.instance_id
        before = self._last.get(target.lower())
        ticks, text = round(now * 1e6) * 10, stamp(now)
        if before is not None and ticks <= before.ticks:
            ticks = before.ticks + 1
            text = f"{stamp(ticks // 10_000_000).removesuffix('Z')}.{ticks % 10_000_000:07d}".rstrip("0")
        self._last[target.lower()] = _Sent(target, ticks, text)
        return msgspec.structs.replace(
            decision,
            sent_at=text,
            predecessor=before.text if before else NEVER,
            clashes_with=before.target if before and before.target != target else "",
        )
