"""A campaign of either kind as far as it was sent: batch by batch, the ids of its events and which must be flagged."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from fraud.campaigns import Campaign
from fraud.generation import generate_events
from fraud.load.messages import Messages
from fraud.load.planned import PlannedCampaign
from fraud.load.shapes import Tape
from fraud.suspicion import is_suspicious

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Ids, and what must be flagged, do not depend on the time."""


class SentCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign. `sizes` has the number of events of each batch or tick, `make` makes a batch again by its number.

    A batch made again is a list of (id, must be flagged); what cannot be read has no id and is left out.
    """

    run_id: str
    seed: str
    sizes: tuple[int, ...]
    make: Callable[[int], list[tuple[str, bool]]]

    @classmethod
    def of_batches(cls, campaign: Campaign) -> "SentCampaign":
        """A campaign of equal batches."""
        seed, size, bad = str(campaign.seed), campaign.events_per_batch, campaign.bad_event_ratio

        def make(number: int) -> list[tuple[str, bool]]:
            events = generate_events(seed, number, size, bad, "")
            return [(e.id, is_suspicious(e.event_type, e.discount, e.priority_shipping)) for e in events]

        return cls(run_id=campaign.run_id, seed=seed, sizes=(size,) * campaign.batches, make=make)

    @classmethod
    def of_plan(cls, planned: PlannedCampaign) -> "SentCampaign":
        """A campaign with a plan. Recorded events are counted in `sizes`; only their producer could make them again."""
        schedule = planned.plan.schedule
        messages = Messages(planned.plan, planned.seed, _ANY_TIME)
        tapes = {number for number, stage in enumerate(planned.plan.stages) if isinstance(stage, Tape)}

        def make(tick: int) -> list[tuple[str, bool]]:
            spans = (span for span in schedule.spans(tick) if span.stage not in tapes)
            made = (message for span in spans for message in messages.of(span))
            return [(message.event.id, message.must_be_flagged) for message in made if message.is_event]

        sizes = tuple(sum(span.count for span in schedule.spans(tick)) for tick in range(schedule.ticks))
        return cls(run_id=planned.run_id, seed=str(planned.seed), sizes=sizes, make=make)

    @property
    def size(self) -> int:
        """The number of its events."""
        return sum(self.sizes)

    def until(self, batches: int) -> "SentCampaign":
        """The campaign without what follows the first `batches`."""
        return msgspec.structs.replace(self, sizes=self.sizes[:batches])
