"""Small parts of pages: which button stands out, which dot is red, which bars a row has."""

import re
from datetime import datetime
from typing import Any

import msgspec
import pytest

from fraud.desk.callers import Caller
from function_app.desk.assets import address, served_asset
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
