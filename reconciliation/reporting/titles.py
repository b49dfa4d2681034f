"""The words of a report for people."""

from typing import NamedTuple

from reconciliation.comparing.differences import Class
from reconciliation.comparing.summary import Verdict
from reconciliation.repairing.repair import NOT_REPAIRABLE

VERDICTS: dict[Verdict, str] = {
    "balanced": "The accounts balance",
    "differences": "The accounts do not balance",
    "incomplete": "Not all could be compared yet",
    "empty": "No events in this range",
}

TITLES: dict[Class, str] = {
    "missing_from_suspicious": "Missing from suspicious-events",
    "missing_from_fraud": "Missing from fraud-events",
    "unexpected_absent_from_archive": "Unexpected, and absent from the archive",
    "unexpected_not_to_be_flagged": "Unexpected, and not to be flagged",
    "duplicates": "Reported or judged too often",
    "wrong_window": "In the wrong window",
    "wrong_store": "Under the wrong store",
    "absent_from_cosmos": "Absent from Cosmos",
    "differs_in_cosmos": "Another content in Cosmos",
    "only_in_cosmos": "Only in Cosmos",
    "absent_from_quarantine": "Malformed, and absent from quarantine",
    "unresolved": "Judged without their event",
    "ambiguous": "Ambiguous by their time",
}

ADVICE: dict[str, str] = NOT_REPAIRABLE | {
    "missing_from_suspicious": "A repair enters it, under its own name.",
    "missing_from_fraud": "A repair judges it.",
    "absent_from_cosmos": "A repair archives it again, from Capture.",
    "absent_from_quarantine": "A repair archives it again, from Capture.",
    "unresolved": "A repair judges it again if its event is in Cosmos by then.",
    "ambiguous": "There is nothing to do.",
}
"""What becomes of a class of differences."""


class Headline(NamedTuple):
    """A number at the top: the account's name, its label and its explanation."""

    name: str
    label: str
    explanation: str


ARCHIVED = (
    Headline("captured", "captured", "Distinct events in the archive, malformed ones too"),
    Headline("archived", "in Cosmos", "Distinct events in Cosmos that arrived in the range"),
    Headline("quarantined", "in quarantine", "Malformed events that were kept with their reason"),
    Headline("resent", "resent", "Captured again under the same id: a batch was sent twice"),
)
FLAGGED = (
    Headline("expected", "must be flagged", "Distinct events in the archive that meet the rule"),
    Headline("suspicious", "reported", "Distinct events that the stream job reported"),
    Headline("analysed", "judged", "Distinct events with a verdict"),
    Headline("matched", "matched", "Reported and judged once, in the right window"),
    Headline("windows", "windows reported", "Rows of the stream job"),
    Headline("corrected", "windows corrected", "Windows that a repair entered for the stream job"),
)
WRONG = (
    Headline("missing_from_suspicious", "not reported", "Must be flagged and was not reported"),
    Headline("missing_from_fraud", "not judged", "Must be flagged and has no verdict"),
    Headline("unexpected", "unexpected", "Reported or judged without reason"),
    Headline("duplicates", "too often", "Reported or judged more often than archived"),
    Headline("wrong_window", "wrong window", "Reported or judged in another window"),
    Headline("wrong_store", "wrong store", "Reported or judged for another store"),
    Headline("absent_from_cosmos", "absent from Cosmos", "Captured, and neither in Cosmos nor in quarantine"),
    Headline("differs_in_cosmos", "other content", "In Cosmos with another content than captured"),
    Headline("only_in_cosmos", "only in Cosmos", "In Cosmos, and not in the archive"),
    Headline("absent_from_quarantine", "not in quarantine", "Captured, malformed, and not in quarantine"),
    Headline("nameless", "without an id", "Must be flagged, and no window can name it"),
    Headline("archive_gaps", "gaps in the archive", "Sequence numbers that the archive lacks"),
    Headline("unreadable", "not readable", "Blocks and lines that could not be read"),
)
"""What must be zero."""
NOTED = (
    Headline("unresolved", "unresolved", "Judged without their event: a person must look"),
    Headline("ambiguous", "ambiguous", "On the edge of two windows, by the second"),
)
"""What does not break the balance, and is said where there is any of it."""


def percent(share: float | None) -> str:
    """A share for a person, never rounded up to all of it."""
    if share is None:
        return "none"
    return f"{share:.2%}" if share in (0, 1) else f"{min(share, 0.9999):.2%}"
