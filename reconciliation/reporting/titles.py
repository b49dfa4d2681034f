"""The words of a report for people."""

from reconciliation.comparing.definitions import Headline
from reconciliation.comparing.summary import RunVerdict

VERDICTS: dict[RunVerdict, str] = {
    "balanced": "The accounts balance",
    "differences": "The accounts do not balance",
    "incomplete": "Not all could be compared yet",
    "empty": "No events in this range",
}

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


def percent(share: float | None) -> str:
    """A share for a person, never rounded up to all of it."""
    if share is None:
        return "none"
    return f"{share:.2%}" if share in (0, 1) else f"{min(share, 0.9999):.2%}"
