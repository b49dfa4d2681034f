"""The ring of a case as a graph."""

from itertools import pairwise
from typing import Any

from fraud.verdicts import Band, Verdict
from function_app.desk.pictures.ring import ring_of
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW


def verdict(band: Band = "high", **event: Any) -> Verdict:
    return Verdict(
        event_id=f"e-{event}",
        store_id=3,
        window_start=WINDOW.start,
        window_end=WINDOW.end,
        score=80,
        band=band,
        reasons=(),
        rule_set="seed",
        run_id=None,
        event=event,
    )


def test_what_accounts_share_has_a_box_and_what_only_one_has_does_not():
    ring = ring_of(
        [
            verdict(cust_id=1, sku=77, store_ip="10.0.0.1", store_id=3),
            verdict(cust_id=2, sku=77, store_ip="10.0.0.2", store_id=3),
            verdict(cust_id=2, sku=78, store_ip="10.0.0.2", store_id=3),
            verdict("low", cust_id=9, sku=77, store_ip="10.0.0.1", store_id=3),
        ]
    )

    shown = {(node.kind, node.value, node.weight, node.shared_by) for node in ring.nodes}
    assert shown == {("sku", "77", 2, 2), ("store", "3", 3, 2), ("account", "1", 1, 0), ("account", "2", 2, 0)}
    assert [line.title for line in ring.lines] == [
        "customer 1 and sku 77: 1 verdict",
        "customer 1 and store 3: 1 verdict",
        "customer 2 and sku 77: 1 verdict",
        "customer 2 and store 3: 2 verdicts",
    ]


def test_lines_run_from_box_to_box_and_no_box_covers_another():
    ring = ring_of([verdict(cust_id=n, sku=n % 5, store_ip=f"10.0.0.{n % 3}", store_id=3) for n in range(30)])

    assert ring.left_out == 6
    assert all(
        0 <= node.y <= ring.height - ring.box_height and node.x + node.width <= ring.width for node in ring.nodes
    )
    places = {(node.x, node.y) for node in ring.nodes}
    assert len(places) == len(ring.nodes)


def test_accounts_that_share_a_way_to_pay_alone_are_not_a_ring():
    assert ring_of([verdict(cust_id=n, payment_method="credit_card") for n in range(5)]).nodes == []


def test_a_hostile_value_is_cut_or_left_out():
    values: list[Any] = [{"a": 1}, None, True, "", ["x"]]
    hostile = [verdict(cust_id=n, sku="<script>" * 100, store_ip=value, store_id=3) for n, value in enumerate(values)]

    ring = ring_of(hostile)

    assert {node.kind for node in ring.nodes} == {"account", "sku", "store"}
    assert all(len(node.label) <= 22 for node in ring.nodes)


def test_no_border_of_a_box_is_cut_at_the_edge_of_the_picture():
    ring = ring_of([verdict(cust_id=number, sku=77, store_id=3) for number in range(3)])

    assert min(node.x for node in ring.nodes) >= 1
    assert max(node.x + node.width for node in ring.nodes) <= ring.width - 1


def test_a_side_on_which_nothing_is_shared_takes_no_place():
    right = ring_of([verdict(cust_id=number, sku=number, store_id=3) for number in range(3)])
    left = ring_of([verdict(cust_id=number, sku=7, store_id=number) for number in range(3)])
    both = ring_of([verdict(cust_id=number, sku=7, store_id=3) for number in range(3)])

    assert [ring.is_one_sided for ring in (left, right, both)] == [True, True, False]
    for ring in (left, right, both):
        places = sorted({(node.x, node.x + node.width) for node in ring.nodes})
        assert places[0][0] == ring.width - places[-1][1] == 2
        assert all(end < start for (_, end), (start, _) in pairwise(places))
