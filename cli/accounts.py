"""The accounts of a campaign: what was sent, beside what the reconciliation found of it in every archive."""

import msgspec

from cli.campaigns import CampaignState
from reconciliation.comparing.classes import FAULT_HEADLINES
from reconciliation.messages import Outcome


class CampaignAccounts(msgspec.Struct, frozen=True, kw_only=True):
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
    reused: int = 0
    """Ids that arrived with several contents."""
    reused_on_purpose: int = 0
    faults: tuple[str, ...] = ()
    """The classes of differences that weigh."""
    verdict: str
    sentence: str

    @classmethod
    def of(cls, campaign: CampaignState, outcome: Outcome) -> "CampaignAccounts":
        """From a campaign's last status and the outcome of a reconciliation over its time."""
        counts = outcome.accounts
        return cls(
            sent=campaign.totals.sent,
            captured=counts.captured,
            archived=counts.archived,
            quarantined=counts.quarantined,
            expected=counts.expected,
            suspicious=counts.suspicious,
            analysed=counts.analysed,
            missing=counts.sum_of("missing"),
            unexpected=counts.sum_of("unexpected"),
            duplicates=counts.sum_of("repeated"),
            unresolved=counts.unresolved,
            windows=counts.windows,
            resent=counts.resent,
            must_be_flagged=campaign.totals.expected_suspicious,
            reused=counts.id_reused,
            faults=tuple(headline.name for headline in FAULT_HEADLINES if getattr(counts, headline.name)),
            verdict=outcome.verdict,
            sentence=outcome.sentence,
        )

    def of_world(self, *, ids: int, must_be_flagged: int, reused: int) -> "CampaignAccounts":
        """With what a played world says of itself: it sends events twice, and ids with several contents."""
        return msgspec.structs.replace(self, sent=ids, must_be_flagged=must_be_flagged, reused_on_purpose=reused)

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
            *(
                [("every id that a fraud used again was noticed", self.reused == self.reused_on_purpose)]
                if self.reused_on_purpose
                else []
            ),
        ]

    @property
    def balanced(self) -> bool:
        """True if every equation holds and the reconciliation itself says so, except for ids used again on purpose."""
        on_purpose = {"id_reused"} if self.reused_on_purpose else set[str]()
        is_whole = self.verdict == "balanced" or (self.verdict == "differences" and bool(on_purpose))
        return is_whole and not {*self.faults} - on_purpose and all(holds for _, holds in self.checks())
