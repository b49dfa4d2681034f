"""Numbers, times and contents as the desk writes them."""

from datetime import datetime, timedelta

import pytest

from function_app.desk import rendering


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0421, "42 ms"),
        (4.21, "4.2 s"),
        (42, "42 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (7_500, "2 h 5 min"),
        (86_400 * 3 + 3_600 * 4, "3 d 4 h"),
    ],
)
def test_a_length_of_time_has_the_units_that_tell_it(seconds: float, text: str):
    assert rendering.span(seconds) == text
    assert rendering.span(timedelta(seconds=seconds)) == text


def test_what_is_not_known_is_a_dash():
    assert {rendering.span(None), rendering.number(None), rendering.moment(None)} == {rendering.UNKNOWN}


def test_a_moment_is_told_in_utc_and_as_it_is_where_no_calendar_has_it_there():
    assert rendering.moment(datetime.fromisoformat("2026-01-02T10:05:00+02:00")) == "2026-01-02 08:05:00"
    assert rendering.moment(datetime.fromisoformat("9999-12-31T23:59:59-12:00")) == "9999-12-31 23:59:59"


def test_json_is_shown_over_lines_whether_it_is_text_or_not():
    assert rendering.pretty({"a": 1}) == rendering.pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert rendering.pretty("{no json") == "{no json"


def test_a_long_content_is_cut_and_says_so():
    assert rendering.pretty("x" * 70_000).endswith("… 4,464 more characters")


def test_what_others_wrote_is_text_on_every_page():
    hostile = "<script>alert(1)</script>"
    text = rendering.render("refused.html", title=hostile, detail=hostile, here="", me=None)

    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3


def test_an_address_holds_any_id():
    assert rendering.trace_address('a/b?c&d"e') == "/desk/trace?id=a%2Fb%3Fc%26d%22e"


def test_a_value_of_a_query_may_have_any_name():
    assert (
        rendering.query("/desk/quarantine/record", path="a/b.json", empty="")
        == "/desk/quarantine/record?path=a%2Fb.json"
    )


def test_things_are_counted_in_words():
    told = [rendering.counted(1, "case"), rendering.counted(1_200, "case"), rendering.counted(0, "is", "are")]
    assert told == ["1 case", "1,200 cases", "0 are"]
