"""Cards of Teams and Slack: what a producer has chosen is text in them, and nothing more."""

from urllib.parse import parse_qsl

import msgspec
import pytest

from fraud.desk.alert_cards import Card, Format, posted
from fraud.desk.alert_text import body_of, body_of_digest, card_of, card_of_digest
from fraud.desk.digests import digest_of, worst_band
from fraud.desk.queries import CaseQuery
from tests.activities.test_mail import ALERT

HOSTILE = Card(
    title="at store <!channel> [x](https://evil.example) *b*" + "y" * 500,
    facts={f"n{number}": "<https://evil.example|here>" for number in range(20)},
    lines=["@here `code` &amp;"] * 50,
)


@pytest.mark.parametrize("form", ["teams", "slack"])
def test_no_text_of_others_is_markup_a_link_or_a_mention_and_bounds_are_kept(form: Format):
    body = posted(ALERT, HOSTILE, form)
    texts = body.decode().replace("http://adaptivecards.io/schemas/adaptive-card.json", "")

    for sign in ("<", "[x]", "@here", "`", "&amp;", "://", "*b*"):
        assert sign not in texts
    assert len(body) < 10_000
    content = msgspec.json.decode(body)
    if form == "slack":
        header, facts, lines = content["blocks"]
        assert (len(header["text"]["text"]), len(facts["fields"])) == (150, 10)
        assert len(lines["text"]["text"]) < 3_000


def test_as_json_a_post_is_what_it_was():
    assert posted(ALERT, HOSTILE, "json") == msgspec.json.encode(ALERT)


def test_a_digest_counts_an_amended_window_once_and_has_the_name_of_its_alerts():
    amended = msgspec.structs.replace(ALERT, revision=2, suspicious=11, bands={"high": 4, "low": 7})
    other = msgspec.structs.replace(ALERT, name="window-3-y", max_score=99)

    digest = digest_of([amended, ALERT, other])

    assert (digest.windows, digest.suspicious, digest.bands["high"]) == (2, 21, 7)
    assert digest.cases == ("window-3-y", "window-3-x")
    assert digest == digest_of([other, ALERT, amended])
    assert digest.name != digest_of([amended, other]).name
    assert worst_band(msgspec.structs.replace(ALERT, bands={"high": 0, "medium": 2, "low": 1})) == "medium"
    with pytest.raises(ValueError, match="one alert"):
        digest_of([])


@pytest.mark.parametrize(("names", "says"), [("x", "in 1 window at"), ("xy", "in 2 windows at")])
def test_a_digest_says_how_many_windows_it_is_of(names: str, says: str):
    digest = digest_of([msgspec.structs.replace(ALERT, name=f"window-3-{name}") for name in names])

    assert says in card_of_digest(digest, None).title
    body = body_of_digest(digest, None)
    assert body.startswith(says.removeprefix("in ").removesuffix(" at") + ", ")
    assert ("The case:" in body, "The worst cases:" in body) == (names == "x", names == "xy")


def test_whoever_is_told_opens_the_case_by_a_link_if_the_address_of_the_desk_is_known():
    desk, case = "https://fraud.example/desk", f"https://fraud.example/desk/cases/{ALERT.name}"
    card = card_of(ALERT, desk)

    teams = msgspec.json.decode(posted(ALERT, card, "teams"))["attachments"][0]["content"]
    slack = msgspec.json.decode(posted(ALERT, card, "slack"))
    assert teams["actions"] == [{"type": "Action.OpenUrl", "title": "Open on the desk", "url": case}]
    assert slack["blocks"][-1]["text"]["text"] == f"<{case}|Open on the desk>"
    assert f"See it: {case}\n" in body_of(ALERT, desk)
    assert f"See it: ./detective case show {ALERT.name}\n" in body_of(ALERT, None)
    assert b"actions" not in posted(ALERT, card_of(ALERT, None), "teams")


def test_a_digest_links_to_the_cases_of_its_store_and_hours():
    alone = digest_of([ALERT])
    both = digest_of([ALERT, msgspec.structs.replace(ALERT, name="window-3-y")])
    listed = card_of_digest(both, "https://fraud.example/desk").link or ""

    assert card_of_digest(alone, "https://fraud.example/desk").link == f"https://fraud.example/desk/cases/{ALERT.name}"
    address, _, asked = listed.partition("?")
    question = msgspec.convert(dict(parse_qsl(asked)), CaseQuery, strict=False)
    assert (address, question.store) == ("https://fraud.example/desk/cases", str(ALERT.store_id))
    assert question.start is not None
    assert both.window_start < question.start < ALERT.window_end == question.end
    assert listed in body_of_digest(both, "https://fraud.example/desk")
