"""Decide who is told of what: once when something stands, again when it gets worse or lasts, and once when it is well.

A notice has a name computed from its episode, so that sending it twice is seen to be once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from fraud.verdicts import time_path
from fraud.watching.checks import Check
from fraud.watching.memory import Episode, Memory
from fraud.windows import compact_time

REPEAT_AFTER = timedelta(hours=6)
"""A fault that lasts is told of again."""
NoticeKind = Literal["raised", "changed", "repeated", "recovered"]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A message to those who operate the pipeline. `since` is when the check ceased to be ok."""

    kind: NoticeKind
    check: Check
    since: datetime
    at: datetime

    @property
    def name(self) -> str:
        """Computed from the episode: `stream_job-20260102T100500Z-raised-standing`."""
        last = compact_time(self.at) if self.kind == "repeated" else self.check.state
        return f"{self.check.name}-{compact_time(self.since)}-{self.kind}-{last}"

    @property
    def path(self) -> str:
        """The blob of the container `reports` that says that it was sent."""
        return f"notices/{time_path(self.since)}/{self.name}.json"


def episodes_after(memory: Memory, checks: Sequence[Check], now: datetime) -> dict[str, Episode]:
    """The episodes once these checks were made. One that is over stays until people know."""
    episodes = dict(memory.episodes)
    for check in checks:
        episode = episodes.get(check.name)
        if not check.is_ok:
            opened = Episode(since=now, state=check.state)
            episodes[check.name] = msgspec.structs.replace(episode, state=check.state) if episode else opened
        elif episode and episode.told is None:
            del episodes[check.name]  # nobody has heard of it
        elif episode:
            episodes[check.name] = msgspec.structs.replace(episode, state="ok")
    return episodes


def due_notices(
    before: Mapping[str, Episode], after: Mapping[str, Episode], checks: Sequence[Check], now: datetime
) -> list[Notice]:
    """The notices to send now. A fault that a single look has seen may be a moment's: it must be there in the next."""
    notices: list[Notice] = []
    for check in checks:
        episode = after.get(check.name)
        if episode and check.name in before and (kind := _kind(episode, now)):
            at = (episode.told_at or now) + REPEAT_AFTER if kind == "repeated" else now
            notices.append(Notice(kind=kind, check=check, since=episode.since, at=at))
    return notices


def _kind(episode: Episode, now: datetime) -> NoticeKind | None:
    if episode.state == "ok":
        return "recovered"
    if episode.told is None:
        return "raised"
    if episode.told != episode.state:
        return "changed"
    return "repeated" if now - (episode.told_at or now) >= REPEAT_AFTER else None


def told(episodes: Mapping[str, Episode], notice: Notice, now: datetime) -> dict[str, Episode]:
    """The episodes once a notice was sent; one that people know to be over is forgotten."""
    name = notice.check.name
    if notice.kind == "recovered":
        return {other: episode for other, episode in episodes.items() if other != name}
    updated = msgspec.structs.replace(episodes[name], told=notice.check.state, told_at=now)
    return {**episodes, name: updated}
