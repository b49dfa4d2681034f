"""The checks of the pipeline: their names, their states, what each counts in, and what a person does about it."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ZonedTime = Annotated[datetime, Meta(tz=True)]
"""A time that others may have written: without its zone it could not be compared."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""Later than a look by more than that is the future, of which only another hand can have written."""

CheckState = Literal["ok", "lagging", "standing", "growing", "unbalanced", "missing", "broken"]
"""Something that moves is `lagging` while it is behind, `standing` once it does not move; a count is `growing`; a night
is `unbalanced` or `missing`; the chain of reports is `broken`."""

Unit = Literal["seconds", "messages", "records", "ids", "differences", "problems"]


class CheckDefinition(msgspec.Struct, frozen=True):
    """A check: what its number counts, and what to do if it is not ok."""

    unit: Unit
    advice: str


CHECKS: dict[str, CheckDefinition] = {
    "archiver": CheckDefinition(
        "seconds",
        "see why archive-events fails or is not called: its log lines, Cosmos' throttling, the hub's consumer group",
    ),
    "capture": CheckDefinition(
        "seconds", "see that Capture is enabled and may write to all-events; a reconciliation names what is missing"
    ),
    "stream_job": CheckDefinition("seconds", "see that the Stream Analytics job runs, and its errors; start it again"),
    "queue": CheckDefinition(
        "seconds", "see why analyze-suspicious-windows fails or is not called; messages wait for days before they go"
    ),
    "dead_letters": CheckDefinition(
        "messages", "read the reasons in the dead-letter queue of suspicious-windows, mend them, and send them again"
    ),
    "analysis": CheckDefinition(
        "seconds",
        "look at these orchestrations analyze_window: one that failed is rewound or restarted, one that runs waits for "
        "the archive or is tried again; one that was never started waits in the queue or is a dead letter",
    ),
    "quarantine": CheckDefinition(
        "records", "read the reasons in the container quarantine: a producer sends what is wrong"
    ),
    "unresolved": CheckDefinition("ids", "reconcile the range: events that were flagged have not reached the archive"),
    "night": CheckDefinition(
        "seconds", "see why reconcile_nightly did not end; run `detective reconcile --last 1d` meanwhile"
    ),
    "night_balance": CheckDefinition(
        "differences", "read the night's report, repair what can be repaired, and acknowledge the rest"
    ),
    "chain": CheckDefinition(
        "problems",
        "run `detective verify`: it names each report, watermark, acknowledgement, note of a night, profile, link, "
        "waiting alert or review of a case that somebody has touched; put back what was written (the night builds "
        "profiles anew), tell the team of the alert, reopen the case",
    ),
}
"""Every check by its name. Names and units are wire formats: log lines, alert rules and notices hold them."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A check at one moment. It is ok as long as `value` is at most `threshold`.

    `advice` is empty if it is ok; `detail` says more, where there is more to say.
    """

    name: str
    state: CheckState
    value: float
    threshold: float
    unit: Unit
    detail: str = ""
    advice: str = ""

    @property
    def is_ok(self) -> bool:
        """True if nobody needs to be told of it."""
        return self.state == "ok"


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of the checks; the setting of `archiver_seconds` is WATCH_ARCHIVER_SECONDS, and so on.

    - archiver: a delivery is archived within seconds; below `archiver_events` the checkpoint may lag although all is
      archived, if it is not written after each delivery (`batchCheckpointFrequency` times `maxEventBatchSize`)
    - capture: an interval of five minutes, and two to write
    - stream_job: after a window has ended; the job waits 5 s for what is late. On Azure it keeps its rows for a minute,
      so infra/ asks for more
    - queue: a trigger may have to start from nothing
    - analysis: after a window was reported; verdicts wait for events that reach the archive late
    - night: a day, and two hours for the run itself
    """

    archiver_seconds: int = 60
    archiver_events: int = 0
    capture_seconds: int = 420
    stream_job_seconds: int = 60
    queue_seconds: int = 120
    dead_letters: int = 0
    analysis_seconds: int = 900
    quarantined: int = 0
    """Records since the last hour began: see `quarantined_since`."""
    unresolved: int = 0
    """Ids of windows of three hours, whose look-ups have ended."""
    night_seconds: int = 26 * 3_600
    chain: int = 0
    """Problems that the night has found in the chain of reports."""


class PartitionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A partition of the hub. A number or time that does not exist is -1 or None."""

    id: str
    last: int
    last_enqueued: datetime | None
    archived: int
    """The sequence number of the archiver's checkpoint."""
    captured: datetime | None
    """The trigger time of its newest Capture blob of the last 40 minutes."""


MOST_QUARANTINED = 5_000
"""Records of an hour that are counted: a page of a listing."""


def quarantined_since(now: datetime, count: int) -> str:
    """The time from which so many records of quarantine were counted: one hour and what has passed of this one; and
    that there may be more."""
    since = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    return f"since {since:%H:%M}" + (", and more" if count >= MOST_QUARANTINED else "")


ALTERED = "altered"
"""The verdict of a night whose note somebody has changed or deleted: nobody can tell how it ended. It ends now."""


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """The last nightly run: when it ended, what it found, and which report tells of it. Of its `faults` people have
    `acknowledged` some since. `broken` is the number of problems that it found in the chain of reports."""

    ended: ZonedTime
    run: str
    verdict: str
    faults: int
    acknowledged: int = 0
    broken: int = 0


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that one look sees, by Azure's time."""

    now: datetime
    partitions: tuple[PartitionFacts, ...]
    capture_holes: int
    """Capture blobs of the last 40 minutes that are missing between others."""
    flagged: tuple[datetime, ...]
    """The ends of the latest windows in which an archived event is flagged, in order."""
    reported: datetime | None
    """The end of the newest window in `suspicious-events`, as far as was looked: not behind the last flagged one."""
    judged: frozenset[datetime]
    """The ends of windows with verdicts in `fraud-events`, of today and yesterday."""
    open_windows: dict[str, datetime]
    """The ends of reported windows that have no verdicts, by name, the oldest first."""
    stuck: dict[str, datetime]
    """The analyses that failed, or run for longer than they may, by name, and when they were started."""
    asked_for_stuck: datetime | None
    """When it was looked for those; None before the first time."""
    waiting: int
    """Messages in the queue, as far as a look sees."""
    oldest_waiting: datetime | None
    dead_letters: int
    quarantined: int
    unresolved: int
    night: Night | None
