"""The engine against a few lines that say the same slowly: any interleaving, any batches, any kills and replays.

Times are drawn coarse on purpose, so that events fall on the ends of windows, on the watermark, and exactly on the
limits of lateness and earliness.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from local_azure.stream_analytics.engine.clockwork import TimePolicy
from local_azure.stream_analytics.engine.state import restore, snapshot
from local_azure.stream_analytics.engine.times import format_instant
from local_azure.stream_analytics.language.units import TICKS_PER_MINUTE, TICKS_PER_SECOND
from tests.stream_analytics.running import at, running

WINDOW = 5 * TICKS_PER_MINUTE
START = at("10:00")
QUERY = """
    SELECT store_id, COLLECT(id) AS ids, System.Timestamp() AS WindowEnd INTO out FROM events {}
    WHERE [discount] > 50 AND [priority_shipping] = 1 AND [event_type] = 'sale_event'
    GROUP BY store_id, TumblingWindow(minute, 5)
"""
Rows = dict[tuple[int, Any], list[str]]


@dataclass(frozen=True)
class Arrived:
    arrival: int
    own: int
    fields: dict[str, Any]

    def body(self) -> bytes:
        return msgspec.json.encode({**self.fields, "ts": format_instant(self.own)})


@st.composite
def partitions(draw: st.DrawFn) -> list[list[Arrived]]:
    """Events of up to three partitions; arrivals grow, own times lie up to 400 s before or behind them."""
    partitions: list[list[Arrived]] = []
    for partition in range(draw(st.integers(1, 3))):
        events: list[Arrived] = []
        arrival = START
        for number in range(draw(st.integers(0, 12))):
            arrival += draw(st.sampled_from([0, 20, 60, 100, 300])) * TICKS_PER_SECOND + draw(st.integers(0, 1))
            own = arrival - draw(st.sampled_from([0, 5, 20, 100, 240, 400, -20, -300, -301])) * TICKS_PER_SECOND
            suspicious = {"discount": 60, "priority_shipping": True, "event_type": "sale_event"}
            changed = draw(st.sampled_from([{}, {}, {}, {"discount": 50}, {"priority_shipping": None}]))
            store = draw(st.sampled_from([1, 2, None]))
            events.append(
                Arrived(arrival, own, {"id": f"{partition}-{number}", "store_id": store, **suspicious, **changed})
            )
        partitions.append(events)
    return partitions


def is_suspicious(fields: dict[str, Any]) -> bool:
    return fields["discount"] > 50 and fields["priority_shipping"] is True


def oracle(arrived: list[list[Arrived]], policy: TimePolicy | None) -> Rows:
    """The ids by window and store; by arrival time without a policy."""
    rows: Rows = defaultdict(list)
    for events in arrived:
        latest = 0
        for event in events:
            time = event.arrival
            if policy is not None:
                time = event.own
                assert policy.late is not None
                if time - event.arrival > 5 * TICKS_PER_MINUTE:
                    continue
                if policy.drop and time < event.arrival - policy.late:
                    continue
                time = max(time, event.arrival - policy.late)
                if policy.drop and time < latest - policy.out_of_order:
                    continue
                time = max(time, latest - policy.out_of_order)
                latest = max(latest, time)
            if is_suspicious(event.fields):
                end = (time + WINDOW - 1) // WINDOW * WINDOW
                rows[end, event.fields["store_id"]].append(event.fields["id"])
    return {key: sorted(ids) for key, ids in rows.items()}


policies = st.none() | st.builds(
    TimePolicy,
    st.sampled_from([5, 240]).map(lambda seconds: seconds * TICKS_PER_SECOND),
    st.sampled_from([0, 20, 240]).map(lambda seconds: seconds * TICKS_PER_SECOND),
    st.booleans(),
)


@settings(max_examples=120)
@given(partitions(), policies, st.data())
def test_rows_are_those_of_the_oracle_whatever_happens(
    arrived: list[list[Arrived]], policy: TimePolicy | None, data: st.DataObject
):
    query = QUERY.format("" if policy is None else "TIMESTAMP BY ts")
    work = running(query, policy, range(len(arrived)))
    positions = [0] * len(arrived)
    committed, kept = snapshot(work), list(positions)
    sent: Rows = {}

    def take() -> None:
        nonlocal committed, kept
        for row in work.take_rows():
            key = row.time, row.row["store_id"]
            assert key not in sent, "a window was sent twice"
            sent[key] = sorted(row.row["ids"])
        committed, kept = snapshot(work), list(positions)

    while waiting := [place for place, events in enumerate(arrived) if positions[place] < len(events)]:
        partition = data.draw(st.sampled_from(waiting))
        batch = arrived[partition][positions[partition] :][: data.draw(st.sampled_from([1, 2, 20]))]
        work.feed("events", partition, [event.body() for event in batch], [event.arrival for event in batch])
        positions[partition] += len(batch)
        match data.draw(st.sampled_from(["go on", "take", "take", "kill", "catch up"])):
            case "take":
                take()
            case "kill":
                work = running(query, policy, ())
                restore(work, committed)
                positions = list(kept)
            case "catch up" if policy is None:
                # Exactly the time of the last event: the broker may still accept another one in that instant.
                work.caught_up("events", partition, batch[-1].arrival)
                take()
            case _:
                pass
    for partition in range(len(arrived)):
        work.caught_up("events", partition, START + 10_000 * TICKS_PER_SECOND)
    take()
    assert sent == oracle(arrived, policy)


def test_the_oracle_sees_what_the_cases_are_about():
    """An event on the watermark, and one exactly five minutes early: without them wrong engines pass unnoticed."""
    five_minutes_early = Arrived(
        at("10:00"), at("10:05"), {"id": "early", "store_id": 1, "discount": 60, "priority_shipping": True}
    )
    on_the_end = Arrived(
        at("10:05"), at("10:05"), {"id": "on the end", "store_id": 1, "discount": 60, "priority_shipping": True}
    )
    policy = TimePolicy(late=0, out_of_order=0)
    assert oracle([[five_minutes_early, on_the_end]], policy) == {(at("10:05"), 1): ["early", "on the end"]}
