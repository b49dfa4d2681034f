"""The numbers of a whole run."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from reconciliation.comparing.accounts import Accounts
from reconciliation.comparing.classes import CLASSES, names_in
from reconciliation.comparing.definitions import Group
from reconciliation.reading.observe import ObservedSums
from reconciliation.reading.scan import ScanSums

RunVerdict = Literal["balanced", "differences", "incomplete", "empty"]


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers of a run; `reconciliation.comparing.accounts` and `.classes` say what each counts.

    `unexpected` is the sum of its two classes. `windows` counts rows of the stream job, `corrected` those
    that a repair entered in its place, `unreadable` blobs, blocks and
    lines. `archive_gaps` counts missing sequence numbers, `lost` events that a campaign sent and nothing captured.
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
    lost: int = 0
    id_reused: int = 0
    verdict_differs: int = 0
    unknown_rule_set: int = 0
    case_missing: int = 0
    case_differs: int = 0
    case_unexpected: int = 0
    alert_missing: int = 0
    alert_differs: int = 0
    by_place: int = 0
    judged_by_place: int = 0

    def sum_of(self, group: Group) -> int:
        """The sum of the accounts that the table of classes puts into a group."""
        return sum(getattr(self, name) for name in names_in(group))


def summarise(
    accounts: Accounts, scans: Sequence[ScanSums], observed: Sequence[ObservedSums], missing_numbers: int, lost: int
) -> Summary:
    """The numbers of a run from its sums."""
    classes = dict.fromkeys((definition.headline.name for definition in CLASSES), 0)
    for definition in CLASSES:
        classes[definition.headline.name] += accounts.count(definition.name)
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
        **classes,
        # The stream job reports them as it found them: an event is counted once, wherever it was seen.
        nameless=max(accounts.nameless, sum(sums.nameless for sums in observed)),
        windows=sum(sums.windows for sums in observed),
        corrected=sum(sums.corrected for sums in observed),
        archive_gaps=missing_numbers,
        lost=lost,
        by_place=accounts.by_place,
        judged_by_place=accounts.judged_by_place,
        unreadable=sum(sums.unreadable_count for sums in (*scans, *observed)),
    )
