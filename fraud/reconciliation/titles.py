"""The words of a report for people."""

from fraud.reconciliation.differences import Class
from fraud.reconciliation.summary import Verdict

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

HEADLINES: list[tuple[str, str, str, bool]] = [
    ("captured", "captured", "Distinct events in the archive, malformed ones too", False),
    ("archived", "in Cosmos", "Distinct events in Cosmos that arrived in the range", False),
    ("quarantined", "in quarantine", "Malformed events that were kept with their reason", False),
    ("resent", "resent", "Captured again under the same id: a batch was sent twice", False),
    ("expected", "must be flagged", "Distinct events in the archive that meet the rule", False),
    ("suspicious", "reported", "Distinct events that the stream job reported", False),
    ("analysed", "judged", "Distinct events with a verdict", False),
    ("matched", "matched", "Reported and judged once, in the right window", False),
    ("windows", "windows reported", "Rows of the stream job", False),
    ("corrected", "windows corrected", "Windows that a repair entered for the stream job", False),
    ("missing_from_suspicious", "not reported", "Must be flagged and was not reported", True),
    ("missing_from_fraud", "not judged", "Must be flagged and has no verdict", True),
    ("unexpected", "unexpected", "Reported or judged without reason", True),
    ("duplicates", "too often", "Reported or judged more often than archived", True),
    ("wrong_window", "wrong window", "Reported or judged in another window", True),
    ("absent_from_cosmos", "absent from Cosmos", "Captured, and neither in Cosmos nor in quarantine", True),
    ("differs_in_cosmos", "other content", "In Cosmos with another content than captured", True),
    ("archive_gaps", "gaps in the archive", "Sequence numbers that the archive lacks", True),
    ("unreadable", "not readable", "Blocks and lines that could not be read", True),
    ("unresolved", "unresolved", "Judged without their event", True),
    ("ambiguous", "ambiguous", "On the edge of two windows, by the second", False),
]
"""The numbers at the top: the account's name, its label, its explanation, and whether it must be zero."""


def percent(share: float | None) -> str:
    """A share for a person, never rounded up to all of it."""
    if share is None:
        return "none"
    return f"{share:.2%}" if share in (0, 1) else f"{min(share, 0.9999):.2%}"
