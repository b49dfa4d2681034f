"""Requests of web pages are told from those of this machine's own programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.core.http_guard import foreign

LOCAL = {"Host": "127.0.0.1:7071"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:7071", "localhost:8081", "LocalHost", "[::1]:80"])
def test_this_machine_may_ask_by_each_of_its_names(host: str):
    assert foreign({"Host": host}) is None


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:7071", "127.0.0.1.evil.example", "localhost.evil.example", "a b c", "[::", "x:y",
     "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:7071:1", "a@127.0.0.1", "127.0.0.1/x", "\xff\xfe", "0.0.0.0", "::1"],
)  # fmt: skip
def test_any_other_name_is_refused(host: str):
    """A page whose name points to 127.0.0.1 by now (DNS rebinding) still sends its name."""
    assert "Host" in (foreign({"Host": host}) or "")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:7071", "http://localhost:3000", "https://localhost"])
def test_pages_of_this_machine_may_ask(origin: str):
    assert foreign({**LOCAL, "Origin": origin}) is None


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "file://", "http://localhost@evil.example", "http://[", "localhost"]
)
def test_pages_of_elsewhere_may_not(origin: str):
    assert "Origin" in (foreign({**LOCAL, "Origin": origin}) or "")


def test_an_image_of_a_page_of_elsewhere_may_not_and_a_link_may():
    """A browser sends no Origin for an image; a link that a person follows is a request of that person."""
    assert foreign({**LOCAL, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    assert foreign({**LOCAL, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}) is None
    assert foreign({**LOCAL, "Sec-Fetch-Site": "none"}) is None


@given(st.dictionaries(st.sampled_from(["Host", "Origin", "Sec-Fetch-Site"]), st.text()))
def test_whatever_the_headers_hold_is_judged(headers: dict[str, str]):
    assert isinstance(foreign(headers), str | None)
