"""The sentence of a report says one thing as one, and several as several."""

import pytest

from reconciliation.comparing.classes import FAULT_HEADLINES

SENTENCES = {headline.name: headline for headline in FAULT_HEADLINES}


@pytest.mark.parametrize(
    ("name", "single", "several"),
    [
        ("case_differs", "1 case altered", "1,200 cases altered"),
        ("case_missing", "1 case missing", "1,200 cases missing"),
        ("alert_missing", "1 alert missing", "1,200 alerts missing"),
        ("unresolved", "1 judged without its event", "1,200 judged without their event"),
        ("missing_from_fraud", "1 missing from fraud-events", "1,200 missing from fraud-events"),
    ],
)
def test_one_is_said_as_one(name: str, single: str, several: str):
    assert (SENTENCES[name].said(1), SENTENCES[name].said(1_200)) == (single, several)


def test_no_sentence_has_several_of_one():
    assert [said for headline in FAULT_HEADLINES if "s " in (said := headline.said(1))[:8]] == []
