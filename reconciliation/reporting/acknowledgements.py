"""A person has looked at a difference and says why it may stay: it remains in the report, and is not red any more.

An acknowledgement names a difference by its class and its key. The key is computed from all that the report says of the
difference, so that one which has changed in a later report of the range, or is new there, is red again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec

from reconciliation.comparing.classes import CLASS, NUMBER, NUMBERS
from reconciliation.comparing.definitions import Class, NumberName
from reconciliation.comparing.differences import MAX_SHOWN, Difference
from reconciliation.comparing.summary import RunVerdict
from reconciliation.reporting.report import Report

Acknowledgeable = Class | NumberName
"""A class of differences, or a number that must be zero and has no list of ids."""

FOLDER = "acknowledgements"
KEY_DIGITS = 16

Standing = RunVerdict | Literal["acknowledged"]
"""The verdict of a report with what people have acknowledged since."""

Listed = tuple[Class, Difference]
"""A line of the full lists of differences."""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """Who has looked at which difference of a run's report, when, and why it may stay."""

    run: str
    name: Acknowledgeable = msgspec.field(name="class")
    key: str
    who: str
    when: datetime
    why: str

    @property
    def path(self) -> str:
        """Its blob in the container `reports`: one for each difference, which the first to acknowledge it writes."""
        return f"{folder_of(self.run)}/{self.name}-{self.key}.json"


class Open(msgspec.Struct, frozen=True):
    """The differences of a report that weigh, and by class how many of them were acknowledged."""

    faults: int
    acknowledged: dict[str, int]

    @property
    def left(self) -> int:
        """The differences that nobody has acknowledged."""
        return self.faults - sum(self.acknowledged.values())


def folder_of(run: str) -> str:
    """The folder of a run's acknowledgements in the container `reports`."""
    return f"{FOLDER}/{run}"


def key_of(difference: Difference) -> str:
    """The key of a difference: 16 hexadecimal digits. What a report shows of it has the same key as what lists hold."""
    shown = msgspec.structs.replace(difference, event_id=difference.event_id[:MAX_SHOWN], blobs=())
    return _digest(shown)


def key_of_number(report: Report, name: str) -> str | None:
    """The key of a number that must be zero, as it stands in a report; None if it is zero."""
    count = _count(report, name)
    details: dict[str, Any] = {
        "archive_gaps": report.gaps,
        "unreadable": report.unreadable,
        "lost": [(campaign.run_id, campaign.lost_for_good) for campaign in report.campaigns],
    }
    return _digest((name, count, details.get(name))) if count else None


def open_in(report: Report, listed: Iterable[Listed], acknowledgements: Sequence[Acknowledgement]) -> Open:
    """The differences of a report that weigh, and those of them that were acknowledged; `listed` are its full lists."""
    keys = {(given.name, given.key) for given in acknowledgements}
    acknowledged: Counter[str] = Counter()
    if keys:
        for name, difference in listed:
            if CLASS[name].weight == "fault" and (name, key_of(difference)) in keys:
                acknowledged[name] += 1
    for number in NUMBERS:
        if (number.name, key_of_number(report, number.name)) in keys:
            acknowledged[number.name] = _count(report, number.name)
    return Open(faults_of(report), dict(acknowledged))


def faults_of(report: Report) -> int:
    """The differences of a report that weigh."""
    counts = [of_class.count for of_class in report.differences if CLASS[of_class.name].weight == "fault"]
    return sum(counts) + sum(_count(report, name) for name in NUMBER)


def open_in_numbers(report: Report, acknowledged: Mapping[str, int]) -> int:
    """The differences that nobody has acknowledged, by the number of those that were in each class."""
    return Open(faults_of(report), dict(acknowledged)).left


def standing(report: Report, left: int) -> Standing:
    """The verdict of a report of whose differences so many are `left`, which nobody has acknowledged.

    Once all are acknowledged it is `acknowledged`, and `incomplete` where only a part of its range was compared.
    """
    if report.verdict != "differences" or left:
        return report.verdict
    return "acknowledged" if report.is_whole else "incomplete"


def _count(report: Report, name: str) -> int:
    return int(getattr(report.accounts, name)) if name in NUMBER else 0


def _digest(content: object) -> str:
    return sha256(msgspec.json.encode(content)).hexdigest()[:KEY_DIGITS]
