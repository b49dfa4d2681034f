"""The words of the demo add up: the points of a case's reasons, told or counted, are those in all."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from cli.demo.showing import show_worst
from fraud.desk.rows import CaseDetails
from fraud.verdicts import Reason
from tests.fraud.desk.cases import a_case
from tests.function_app.desk.test_ring import verdict


@pytest.mark.parametrize(("weights", "others"), [((23, 20, 15, 8, 8, 4, -2), "3 more reasons"), ((9, 8, 7, 6), "")])
def test_the_points_that_are_shown_are_the_points_in_all(
    capsys: pytest.CaptureFixture[str], weights: tuple[int, ...], others: str
):
    reasons = tuple(Reason(rule="A_RULE", weight=weight, evidence="it is so") for weight in weights)
    judged = replace(verdict(cust_id=1), score=sum(weights), reasons=reasons)

    show_worst(CaseDetails(case=a_case(), verdicts=(judged,), verdicts_in_all=1, journal=()), {}, Path("case.html"))

    text = capsys.readouterr().out
    assert sum(map(int, re.findall(r"[+-]\d+(?=   )", text))) == judged.score
    assert f"{judged.score}   points in all" in text
    assert ("more reason" in text, others in text) == (bool(others), True)
