"""The definition of a class of differences: its words, its weight, and what a repair does about it."""

from enum import IntEnum
from typing import Literal, NamedTuple

import msgspec

Class = Literal[
    "missing_from_suspicious",
    "missing_from_fraud",
    "unexpected_absent_from_archive",
    "unexpected_not_to_be_flagged",
    "duplicates",
    "wrong_window",
    "wrong_store",
    "absent_from_cosmos",
    "differs_in_cosmos",
    "only_in_cosmos",
    "absent_from_quarantine",
    "id_reused",
    "verdict_differs",
    "unknown_rule_set",
    "case_missing",
    "case_differs",
    "case_unexpected",
    "alert_missing",
    "alert_differs",
    "unresolved",
    "ambiguous",
]
"""The names, in the order of `CLASSES`, for the type checker and for the schema of the report."""

NumberName = Literal["nameless", "archive_gaps", "lost", "unreadable"]
"""The names of `NUMBERS`, for the type checker and for the schema of the API."""

RepairStage = Literal["backfill", "correct", "judge"]
"""The stages of a repair; docs/reconciliation.md says what each does."""

Need = Literal["unreported", "unjudged", "rejudged", "cases"]
"""A window that a repair corrects or judges lacks one of these; fields of `reconciliation.repairing.repair.Lacking`."""

Group = Literal["missing", "unexpected", "repeated"]
"""The sums in which a campaign's accounts put what must be zero."""


class Column(IntEnum):
    """The columns of the tables per window and per store; each counts ids."""

    EVENTS = 0
    EXPECTED = 1
    SUSPICIOUS = 2
    ANALYSED = 3
    MISSING_FROM_SUSPICIOUS = 4
    MISSING_FROM_FRAUD = 5
    UNEXPECTED = 6
    DUPLICATES = 7
    WRONG_WINDOW = 8


class Headline(NamedTuple):
    """A number at the top of a report.

    `name` is that of the account, `sentence` a part of the verdict's sentence, as a format of the number, `s` (plural)
    and `their`; `group` is the sum of a campaign's accounts in which it is counted, if it is.
    """

    name: str
    label: str
    explanation: str
    sentence: str = ""
    group: Group | None = None

    def said(self, count: int) -> str:
        """The part of the sentence for a number: `1 case missing`, `1,200 cases missing`."""
        return self.sentence.format(f"{count:,}", s="" if count == 1 else "s", their="its" if count == 1 else "their")


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A class of differences, or another number that must be zero.

    - headline: the account in which it is counted; two classes may share one
    - title, explanation: its section in a report; advice: what a repair does about it, or why nothing can
    - weight: a `fault` breaks the balance, a `note` is only said
    - column: where the tables per window and per store count it, if they do
    - repair: the stage of a repair that mends it, if one does; need: what its window lacks, if a window is mended
    - left: why a repair may leave some of it all the same
    """

    name: str
    title: str
    headline: Headline
    explanation: str
    advice: str
    weight: Literal["fault", "note"] = "fault"
    column: Column | None = None
    repair: RepairStage | None = None
    need: Need | None = None
    left: str = ""

    @property
    def reason_left(self) -> str:
        """The reason why a repair leaves it alone; empty if it never does."""
        return self.left if self.repair else self.advice


class ClassDefinition(Definition, frozen=True, kw_only=True):
    """A class: each of its ids is a `Difference`."""

    name: Class
