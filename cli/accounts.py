"""The accounts of a campaign: what was sent, beside what the reconciliation found of it in every archive."""

from typing import Any

import msgspec

from cli.campaigns import CampaignState


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of events by their ids, except `windows` (rows of the stream job) and `resent` (repeated deliveries)."""

    sent: int
    captured: int
    archived: int
    quarantined: int
    expected: int
    suspicious: int
    analysed: int
    missing: int
    unexpected: int
    duplicates: int
    unresolved: int
    windows: int
    resent: int
    must_be_flagged: int
    """By the campaign itself; `expected` is recomputed from the archive."""
    verdict: str
    sentence: str

    @classmethod
    def of(cls, campaign: CampaignState, outcome: dict[str, Any]) -> "Accounts":
        """From a campaign's last status and the outcome of a reconciliation over its time."""
        found: dict[str, int] = outcome["accounts"]
        return cls(
            sent=campaign.totals.sent,
            captured=found["captured"],
            archived=found["archived"],
            quarantined=found["quarantined"],
            expected=found["expected"],
            suspicious=found["suspicious"],
            analysed=found["analysed"],
            missing=found["missing_from_suspicious"]
            + found["missing_from_fraud"]
            + found["absent_from_cosmos"]
            + found["absent_from_quarantine"]
            + found["archive_gaps"],
            unexpected=found["unexpected"] + found["only_in_cosmos"] + found["differs_in_cosmos"],
            duplicates=found["duplicates"] + found["wrong_window"] + found["wrong_store"],
            unresolved=found["unresolved"],
            windows=found["windows"],
            resent=found["resent"],
            must_be_flagged=campaign.totals.expected_suspicious,
            verdict=outcome["verdict"],
            sentence=outcome["sentence"],
        )

    def checks(self) -> list[tuple[str, bool]]:
        """Each equation that must hold, in words, and whether it does."""
        return [
            ("every event sent is in the Capture archive", self.sent == self.captured),
            ("every event sent is in Cosmos or in quarantine", self.sent == self.archived + self.quarantined),
            ("the archive holds what the campaign says must be flagged", self.must_be_flagged == self.expected),
            (
                "each of those was reported by the stream job and judged",
                self.expected == self.suspicious == self.analysed,
            ),
            ("nothing is missing, unexpected or twice", not (self.missing or self.unexpected or self.duplicates)),
            ("every verdict has its event", not self.unresolved),
        ]

    @property
    def balanced(self) -> bool:
        """True if every equation holds and the reconciliation itself says so."""
        return self.verdict == "balanced" and all(holds for _, holds in self.checks())
