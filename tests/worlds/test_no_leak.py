"""Nothing but behaviour tells fraud: neither ids, order and moments nor the range of a field."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from benchmarks.labelled.boosting import scores_of_unseen_groups
from benchmarks.labelled.flagged import Occurrence, flagged_occurrences
from cli.rules.ranking import auc
from worlds import LabelledWorld

FIELDS: dict[str, Callable[[Occurrence], float]] = {
    "price": lambda occurrence: occurrence.event.price,
    "value": lambda occurrence: occurrence.event.price * occurrence.event.qty,
    "qty": lambda occurrence: occurrence.event.qty,
    "discount": lambda occurrence: occurrence.event.discount,
    "hour": lambda occurrence: occurrence.enqueued.hour,
    "gift_wrap": lambda occurrence: occurrence.event.gift_wrap,
    "cust_id": lambda occurrence: occurrence.event.cust_id,
    "sku": lambda occurrence: occurrence.event.sku,
}


@pytest.fixture(scope="module")
def occurrences(small_world: LabelledWorld) -> list[Occurrence]:
    return flagged_occurrences(small_world, history_days=0)


def artefacts(occurrence: Occurrence) -> list[float]:
    """Traces that whatever makes an event may leave on it; none of them is behaviour."""
    event, sent = occurrence.event, datetime.fromisoformat(occurrence.event.ts)
    number = uuid.UUID(event.id).int
    delay = (occurrence.enqueued - sent).total_seconds()
    return [
        *((number >> shift & 0xFFFF) for shift in range(0, 128, 16)),
        number.bit_count(),
        len(event.id),
        occurrence.place % 2,
        occurrence.place % 10,
        occurrence.place % 97,
        sent.second,
        sent.microsecond,
        sent.microsecond % 1000,
        occurrence.enqueued.microsecond // 1000,
        min(delay, 2),
        event.cust_id,
        event.sku % 10,
        event.bad_msg is True,
        len(event.ts),
        len(event.contact_me),
    ]


def test_a_classifier_learns_nothing_from_ids_order_and_moments(occurrences: list[Occurrence]):
    truth = [occurrence.label.fraud for occurrence in occurrences]
    # A ring is asked about as a whole: its events share customers and hours, which is behaviour.
    rings = [occurrence.label.ring or str(occurrence.place) for occurrence in occurrences]
    scores = scores_of_unseen_groups(list(map(artefacts, occurrences)), truth, rings)

    assert sum(truth) > 80
    assert 0.38 < auc(list(zip(scores, truth, strict=True))) < 0.62


@pytest.mark.parametrize("name", FIELDS)
def test_the_values_of_fraud_and_of_innocence_overlap(occurrences: list[Occurrence], name: str):
    ranked = [(FIELDS[name](occurrence), occurrence.label.fraud) for occurrence in occurrences]

    assert 0.33 < auc(ranked) < 0.67


@pytest.mark.parametrize("name", ["store_id", "category", "payment_method", "variant"])
def test_every_value_of_fraud_is_one_of_innocence_too(occurrences: list[Occurrence], name: str):
    innocent = Counter(getattr(o.event, name) for o in occurrences if not o.label.fraud)
    fraud = Counter(getattr(o.event, name) for o in occurrences if o.label.fraud)

    assert set(fraud) <= set(innocent)
    assert max(fraud[value] / fraud.total() - innocent[value] / innocent.total() for value in fraud) < 0.25


def test_text_of_a_body_never_names_a_scenario(small_world: LabelledWorld):
    names = {label.scenario.encode() for label in small_world.labels() if label.scenario}
    bodies = b"".join(small_world.event_lines())

    assert [name for name in names if name in bodies] == []
