"""The messages of a plan: the same from any producer, with the shares that the mix says."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.events import MalformedEventError, parse_event
from fraud.load.messages import Message, Messages, MixTotals, totals_of_messages
from fraud.load.plan import CampaignPlan
from fraud.load.schedule import IndexSpan

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
COUNT = 2_000


def plan_of(**mix: Any) -> CampaignPlan:
    stage = {"shape": "constant", "rate": 10, "for": "10m"}
    return msgspec.convert({"stages": [stage], "mix": mix}, CampaignPlan)


def messages_of(count: int = COUNT, seed: int = 42, **mix: Any) -> list[Message]:
    return list(Messages(plan_of(**mix), seed, START).of(IndexSpan(0, 0, count)))


def bodies(messages: Sequence[Message]) -> list[bytes]:
    return [message.body for message in messages]


HOSTILE: dict[str, Any] = {
    "bad": 0.2, "doubled": 0.2, "reused_ids": 0.2, "late": 0.3, "malformed": 0.1, "foreign_fields": 0.2, "unicode": 0.2,
    "oversized": 0.01,
}  # fmt: skip


@given(st.integers(0, 500), st.integers(1, 50))
def test_any_producer_makes_the_same_messages_of_any_span(first: int, count: int):
    plan = plan_of(**HOSTILE)
    whole = Messages(plan, 42, START)

    part = list(Messages(plan, 42, START).of(IndexSpan(0, first, first + count)))

    assert part == list(whole.of(IndexSpan(0, 0, first + count)))[first:]


def test_another_seed_or_stage_gives_other_messages():
    stage = {"shape": "constant", "rate": 10, "for": "1m"}
    plan = msgspec.convert({"stages": [stage, stage]}, CampaignPlan)
    first, second = (list(Messages(plan, 42, START).of(IndexSpan(number, 0, 100))) for number in (0, 1))

    ids = [message.event.id for message in (*first, *second, *Messages(plan, 43, START).of(IndexSpan(0, 0, 100)))]
    assert len(set(ids)) == 300


def test_the_shares_of_a_mix_are_met():
    totals = totals_of_messages(messages_of(sale_share=0.5, **HOSTILE))

    for kind, share in HOSTILE.items():
        if kind != "bad":
            assert getattr(totals, kind) == pytest.approx(COUNT * share, rel=0.25, abs=15), kind
    readable = COUNT - totals.malformed
    assert totals.bad == pytest.approx(0.2 * readable, rel=0.2)
    assert totals.sales == pytest.approx(0.5 * readable, rel=0.15)


def test_a_mix_without_shares_is_that_of_the_original_producer():
    totals = totals_of_messages(messages_of())

    assert totals.sales == pytest.approx(0.8 * COUNT, rel=0.05)
    assert totals.bad == pytest.approx(0.1 * COUNT, rel=0.25)
    assert (totals.malformed, totals.doubled, totals.reused_ids) == (0, 0, 0)
    assert len(set(bodies(messages_of()))) == COUNT


def test_every_event_of_a_stage_can_be_one_that_is_flagged():
    messages = messages_of(sale_share=1, priority=1, discount={"least": 51, "most": 60}, bad=0)

    assert all(message.must_be_flagged for message in messages)
    assert totals_of_messages(messages).expected_suspicious == COUNT
    assert {message.event.discount for message in messages} == set(range(51, 61))


def test_a_doubled_event_is_an_earlier_one_as_it_was():
    messages = messages_of(doubled=0.3)
    sent: set[bytes] = set()

    for message in messages:
        assert (message.body in sent) == ("doubled" in message.kinds)
        sent.add(message.body)


def test_a_reused_id_is_that_of_an_earlier_event_with_another_content():
    messages = messages_of(reused_ids=0.2, doubled=0.2, late=0.2)
    by_id: dict[str, set[bytes]] = {}

    for message in messages:
        if "doubled" in message.kinds:
            continue
        if "reused_ids" in message.kinds:
            assert message.body not in by_id[message.event.id]
        else:
            assert message.event.id not in by_id
        by_id.setdefault(message.event.id, set()).add(message.body)


def test_a_late_event_was_made_before_it_is_sent():
    messages = messages_of(late=0.5, late_by="1h")
    ages = [
        START + timedelta(seconds=5 * (number // 50)) - datetime.fromisoformat(message.event.ts)
        for number, message in enumerate(messages)
    ]

    assert all(timedelta() <= age <= timedelta(hours=1) for age in ages)
    assert sum(bool(age) for age in ages) == sum("late" in message.kinds for message in messages) > COUNT / 3
    assert max(ages) > timedelta(minutes=50)


def test_what_is_malformed_cannot_be_read_and_all_else_can():
    for message in messages_of(**HOSTILE):
        if message.is_event:
            assert parse_event(message.body).id == message.event.id
        else:
            with pytest.raises(MalformedEventError):
                parse_event(message.body)


def test_foreign_fields_oversized_texts_and_other_scripts_are_in_the_body():
    all_kinds = messages_of(20, foreign_fields=1, unicode=1, oversized=1, oversized_bytes=20_000)

    for message in all_kinds:
        content = json.loads(message.body)
        assert content["loyalty"]["points"] == [120, 3.5, None]
        assert not content["category"].isascii()
        assert 20_000 < len(message.body) < 22_000


def test_totals_add_up():
    messages = messages_of(**HOSTILE)

    halves = totals_of_messages(messages[:900]) + totals_of_messages(messages[900:])

    assert halves == totals_of_messages(messages)
    assert Counter(kind for message in messages for kind in message.kinds)["doubled"] == halves.doubled
    assert msgspec.convert(msgspec.to_builtins(halves), MixTotals) == halves
