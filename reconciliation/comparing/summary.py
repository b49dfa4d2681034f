"""The numbers of a whole run."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from reconciliation.comparing.accounts import Accounts
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.scan import ScanSums

Verdict = Literal["balanced", "differences", "incomplete", "empty"]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a run; `reconciliation.comparing.accounts` and `EXPLANATIONS` say what each counts.

    `unexpected` is the sum of its two classes. `windows` counts rows of the stream job, `corrected` those
    that a repair entered in its place, `unreadable` blobs, blocks and
    lines. `archive_gaps` counts missing sequence numbers.
    """

    events: int
    captured: int
    malformed: int
    resent: int
    reread: int
    archived: int
    quarantined: int
    expected: int
    suspicious: int
    analysed: int
    matched: int
    missing_from_suspicious: int
    missing_from_fraud: int
    unexpected: int
    duplicates: int
    wrong_window: int
    wrong_store: int
    absent_from_cosmos: int
    differs_in_cosmos: int
    only_in_cosmos: int
    absent_from_quarantine: int
    unresolved: int
    ambiguous: int
    nameless: int
    windows: int
    corrected: int
    archive_gaps: int
    unreadable: int


def summarise(
    accounts: Accounts, scans: Sequence[ScanSums], observed: Sequence[ObservedSums], missing_numbers: int
) -> Summary:
    """The numbers of a run from its sums."""
    return Summary(
        events=accounts.events,
        captured=accounts.captured,
        malformed=accounts.malformed,
        resent=accounts.resent,
        reread=accounts.reread,
        archived=accounts.archived,
        quarantined=accounts.quarantined,
        expected=accounts.expected,
        suspicious=accounts.suspicious,
        analysed=accounts.analysed,
        matched=accounts.matched,
        missing_from_suspicious=accounts.count("missing_from_suspicious"),
        missing_from_fraud=accounts.count("missing_from_fraud"),
        unexpected=accounts.count("unexpected_absent_from_archive") + accounts.count("unexpected_not_to_be_flagged"),
        duplicates=accounts.count("duplicates"),
        wrong_window=accounts.count("wrong_window"),
        wrong_store=accounts.count("wrong_store"),
        absent_from_cosmos=accounts.count("absent_from_cosmos"),
        differs_in_cosmos=accounts.count("differs_in_cosmos"),
        only_in_cosmos=accounts.count("only_in_cosmos"),
        absent_from_quarantine=accounts.count("absent_from_quarantine"),
        unresolved=accounts.count("unresolved"),
        ambiguous=accounts.count("ambiguous"),
        nameless=sum(scan.nameless for scan in scans),
        windows=sum(one.windows for one in observed),
        corrected=sum(one.corrected for one in observed),
        archive_gaps=missing_numbers,
        unreadable=sum(sums.unreadable_count for sums in (*scans, *observed)),
    )
