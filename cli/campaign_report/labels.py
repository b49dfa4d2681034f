"""Hold verdicts against the labels of a world, which are derived here, on demand, and are nowhere else."""

from collections.abc import Iterable

from cli.campaign_tapes import world_of
from fraud.load.report import FraudFound, IdVerdict
from fraud.load.shapes import World
from fraud.suspicion import is_suspicious

ALARM_BANDS = frozenset({"high", "medium"})
"""The bands that the fraud team looks at."""


def fraud_found(worlds: Iterable[World], verdicts: Iterable[IdVerdict]) -> FraudFound | None:
    """The fraud of worlds that was found; None without any world.

    Counts ids. An id is fraud if one of its events is. Only what the stream job must flag can be found: what it does
    not flag is counted apart.
    """
    fraud, flagged, sent = set[str](), set[str](), set[str]()
    for stage in worlds:
        world = world_of(stage)
        for (_, event), label in zip(world.events(), world.labels(), strict=True):
            sent.add(event.id)
            if label.fraud:
                fraud.add(event.id)
            if is_suspicious(event.event_type, event.discount, event.priority_shipping):
                flagged.add(event.id)
    if not sent:
        return None
    alarmed = {verdict.event_id for verdict in verdicts if verdict.band in ALARM_BANDS} & sent
    return FraudFound(
        fraud=len(fraud & flagged),
        not_flagged=len(fraud - flagged),
        alarmed=len(alarmed),
        caught=len(alarmed & fraud & flagged),
    )
