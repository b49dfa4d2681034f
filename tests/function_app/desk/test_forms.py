"""Forms are believed only from the desk's own pages."""

import azure.functions as func
import pytest

from function_app.desk.forms import COOKIE, FIELD, cookie, is_ours, new_token, token_of

TOKEN = new_token()


def request(cookies: str = f"{COOKIE}={TOKEN}", site: str | None = None, url: str = "http://localhost/desk"):
    headers = {"cookie": cookies, **({"sec-fetch-site": site} if site else {})}
    return func.HttpRequest("POST", url, headers=headers, body=b"")


def test_a_form_with_the_visitors_token_is_ours():
    assert is_ours(request(), {FIELD: TOKEN})
    assert is_ours(request(site="same-origin"), {FIELD: TOKEN})


@pytest.mark.parametrize(
    ("cookies", "site", "field"),
    [
        ("", None, TOKEN),
        (f"{COOKIE}={TOKEN}", None, new_token()),
        (f"{COOKIE}={TOKEN}", None, ""),
        (f"{COOKIE}={TOKEN}", "cross-site", TOKEN),
        (f"{COOKIE}={TOKEN}", "same-site", TOKEN),
        (f"{COOKIE}=short", None, "short"),
        (f"{COOKIE}=", None, ""),
        ("\x00=;;\x7f", None, TOKEN),
    ],
    ids=["no cookie", "another token", "no token", "cross-site", "same-site", "short", "empty", "garbage"],
)
def test_any_other_form_is_not(cookies: str, site: str | None, field: str):
    assert not is_ours(request(cookies, site), {FIELD: field})


def test_the_cookie_leaves_the_desk_for_nobody():
    text = cookie(request(url="https://example.com/desk"), TOKEN)

    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/desk"} <= set(text.split("; "))
    assert "Secure" not in cookie(request(), TOKEN)
    assert token_of(request(text.partition(";")[0])) == TOKEN
