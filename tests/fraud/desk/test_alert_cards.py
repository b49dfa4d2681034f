"""Cards of Teams and Slack: what a producer has chosen is text in them, and nothing more."""

import msgspec
import pytest

from fraud.desk.alert_cards import Card, Format, posted
from fraud.desk.alert_text import body_of_digest, card_of_digest
from fraud.desk.digests import digest_of, worst_band
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

    assert says in card_of_digest(digest).title
    assert body_of_digest(digest).startswith(says.removeprefix("in ").removesuffix(" at") + ", ")
