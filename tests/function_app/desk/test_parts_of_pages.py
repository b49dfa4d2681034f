"""Small parts of pages: which button stands out, which dot is red, which bars a row has."""

import re
from datetime import datetime
from typing import Any

import msgspec
import pytest

from fraud.desk.callers import Caller
from fraud.desk.rows import EventRow
from function_app.desk.assets import address, served_asset
from function_app.desk.pictures.moments import history_of
from function_app.desk.rendering import environment, render
from function_app.desk.views.campaigns import _rows  # pyright: ignore[reportPrivateUsage]
from reconciliation.reporting.acknowledgements import Open
from tests.fraud.desk.cases import NOON
from tests.function_app.desk.test_campaign_plans import instance

OLGA = Caller(name="Olga", role="operator", by="name")


class Report(msgspec.Struct, frozen=True):
    """As much of a report as the card of its repair shows."""

    id: str = "reconcile-x"
    start: datetime = NOON
    end: datetime = NOON
    with_cosmos: bool = True


def stylesheet() -> str:
    asset = served_asset(address("desk.css").rpartition("/static/")[2])
    assert asset is not None
    return asset.content.decode()


@pytest.mark.parametrize(("left", "stands_out"), [(0, False), (3, True)])
def test_the_repair_stands_out_only_where_there_is_something_to_repair(left: int, stands_out: bool):
    macro: Any = environment().get_template("repairs.html").module
    card = str(macro.repair_card(Report(), None, None, Open(left, {}), OLGA, "token"))

    assert ('<button name="what" value="repair">' in card) is stands_out
    assert ('<button class="quiet" name="what" value="repair">' in card) is not stands_out


def test_a_confirmed_fraud_has_the_red_dot_and_not_the_green_one():
    rules = re.findall(r"([^{}]*\.mark\.confirmed::before[^{}]*){([^}]*)}", stylesheet())

    assert [colour for _, colour in rules] == ["background:var(--wrong)"]


@pytest.mark.parametrize("planned", [None, 500])
def test_a_campaign_has_one_bar_with_a_plan_or_without(planned: int | None):
    status = {"phase": "sending", "batches": 10, "batches_sent": 4, "planned": planned, "totals": {"sent": 200}}
    text = render("campaign_rows.html", rows=_rows([instance(output=None, custom_status=status)]), me=OLGA, token="")

    assert text.count("<progress") == 1


def address_of(*_: object) -> str:
    return "/desk"


def events_page(*rows: EventRow) -> str:
    return render(
        "events.html", me=OLGA, here="events", rows=rows, next_token=None, timeline=history_of(rows, by="customer"),
        by="customer", least=50, words="store 3", problem="", wrong="", links=[], value_address=address_of,
        asked=dict.fromkeys(("customer", "sku", "store", "gateway", "from", "to"), ""),
    )  # fmt: skip


def test_the_page_of_events_tells_why_a_deep_discount_was_not_flagged():
    event = {"event_type": "sale_event", "discount": 75, "priority_shipping": False}
    text = events_page(EventRow(id="e", arrived=NOON, flagged=False, event=event))

    assert "a discount above 50 % and priority shipping" in text
    assert "<th>Priority</th>" in text
    assert re.search(r'<td class="n" data-label="discount">75</td><td data-label="priority">no</td>', text)


def test_a_legend_names_what_is_drawn_and_nothing_else():
    text = events_page(EventRow(id="e", arrived=NOON, flagged=True, event={"priority_shipping": True}))

    assert re.findall(r'<i class="(\w+)"></i>', text) == ["flagged"]
    assert '<td data-label="priority">yes</td>' in text


def test_events_have_a_place_in_the_navigation_and_a_key_of_their_own():
    text = events_page(EventRow(id="e", arrived=NOON, flagged=True, event={}))
    keys = re.findall(r'data-go="(\w)"', text)

    assert re.search(r'href="/desk/events" data-go="e" aria-current="page"', text)
    assert len(keys) == len(set(keys)) == 9
