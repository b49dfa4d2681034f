"""An evening of a labelled world: what is laid of it, what is sent of it, and the truth about that.

A market of twelve stores has lived for two days and until seven in the evening when the demo begins; four hours of it
are then sent in eight minutes, each event in its proportion.
"""

from datetime import datetime, timedelta

import msgspec

from cli.campaign_tapes import Pages, tape_of
from fraud.generation import GeneratedEvent
from fraud.load.plan import CampaignPlan
from fraud.suspicion import is_suspicious
from worlds import Label, WorldPlan, make_world

SALES_PER_DAY, CUSTOMERS = 4_000, 2_000
WHOLE_DAYS = 2
FROM, HOURS = timedelta(hours=19), 4
"""The part of the third day that is sent."""
LULL = timedelta(minutes=20)
"""Nothing arrives between what is laid and what is sent: Capture's interval before the sending is the hub's own."""
TICK, SECONDS = "5s", 480


class IdTruth(msgspec.Struct, frozen=True):
    """The truth about an id that is sent: that of its fraud, if one of its events is. The everyday has no scenario."""

    scenario: str
    ring: str
    is_fraud: bool
    is_flagged: bool


class Evening(msgspec.Struct, frozen=True):
    """A made world, cut at the moment at which its past ends. `cut` is that moment by Azure's clock."""

    cut: datetime
    past: list[bytes]
    """Lines of a file of events."""
    live: list[tuple[datetime, GeneratedEvent]]
    truth: dict[str, IdTruth]
    """By id, of all that are sent."""
    must_be_flagged: int
    """Ids of which an event must be flagged."""
    reused: int
    """Ids that are sent with several contents."""

    def campaign(self, now: datetime) -> tuple[CampaignPlan, dict[str, Pages]]:
        """The plan that sends it from now on, and the pages of its tape. Producers' times lie where they are sent."""
        encode = msgspec.json.Encoder().encode
        bodies = [(moment, encode(self._as_sent(event, now))) for moment, event in self.live]
        tape, pages = tape_of(bodies, f"{SECONDS}s", TICK)
        about = "Four hours of a market in eight minutes."
        plan = CampaignPlan(name="demo", about=about, seed=0, tick=TICK, stages=[tape])
        return plan, {tape.tape: pages}

    def _as_sent(self, event: GeneratedEvent, now: datetime) -> GeneratedEvent:
        since = datetime.fromisoformat(event.ts) - self.cut
        if since < timedelta():
            return event
        return msgspec.structs.replace(event, ts=(now + since * SECONDS / (HOURS * 3_600)).isoformat())


def next_cut(now: datetime) -> datetime:
    """The next seven in the evening, in UTC, whose lull has not ended yet."""
    cut = now.replace(hour=0, minute=0, second=0, microsecond=0) + FROM
    return cut if cut + LULL > now else cut + timedelta(days=1)


def make_evening(seed: int, cut: datetime) -> Evening:
    """The evening of a seed, which begins at `cut`."""
    start = cut - FROM - timedelta(days=WHOLE_DAYS)
    plan = WorldPlan(seed=seed, days=WHOLE_DAYS + 1, sales_per_day=SALES_PER_DAY, customers=CUSTOMERS, start=start)
    world = make_world(plan)
    end = cut + timedelta(hours=HOURS)
    past: list[bytes] = []
    live: list[tuple[datetime, GeneratedEvent]] = []
    truth: dict[str, IdTruth] = {}
    contents: dict[str, set[GeneratedEvent]] = {}
    flagged: set[str] = set()
    for line, (enqueued, event), label in zip(world.event_lines(), world.events(), world.labels(), strict=True):
        if enqueued <= cut:
            past.append(line)
        elif enqueued <= end:
            live.append((enqueued, event))
            truth[event.id] = _truth(truth.get(event.id), event, label)
            contents.setdefault(event.id, set()).add(event)
            if _is_flagged(event):
                flagged.add(event.id)
    reused = sum(len(of_id) > 1 for of_id in contents.values())
    return Evening(cut=cut, past=past, live=live, truth=truth, must_be_flagged=len(flagged), reused=reused)


def _is_flagged(event: GeneratedEvent) -> bool:
    return is_suspicious(event.event_type, event.discount, event.priority_shipping)


def _truth(before: IdTruth | None, event: GeneratedEvent, label: Label) -> IdTruth:
    """The truth about an id with one more event: that about its fraud, if there is any."""
    flagged = _is_flagged(event)
    this = IdTruth(label.scenario, label.ring, label.fraud, flagged)
    if before is None or (this.is_fraud and not before.is_fraud):
        return this
    if before.is_fraud != this.is_fraud:
        return before
    return msgspec.structs.replace(before, is_flagged=before.is_flagged or flagged)
