"""The webhook's address is a secret: a failed post names the setting, and nothing shows its value."""

import hashlib
import hmac
import time
import traceback
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from activities.webhook import SIGNATURE, WebhookError, post
from local_azure.testing.web import serving

SECRET = "s3cret"


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[tuple[str, list[str]]]:
    """A receiver that fails in several ways, and the paths that were asked of it."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path.startswith("/moved"):
            return web.Response(status=307, headers={"Location": "/elsewhere"})
        return web.Response(status=500 if request.path.startswith("/broken") else 200)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with serving(app) as address:
        yield address, asked


async def failure(url: str) -> str:
    """Everything that a log or a history could show of a failed post."""
    with pytest.raises(WebhookError) as problem:
        await post("ALERT_WEBHOOK_URL", url, b"{}", "key")
    shown = "".join(traceback.format_exception(problem.value)) + repr(problem.value)
    return shown + repr(problem.value.__context__) + repr(problem.value.__cause__)


async def test_an_alert_that_is_taken_raises_nothing(receiver: tuple[str, list[str]]):
    address, asked = receiver

    await post("ALERT_WEBHOOK_URL", f"{address}/taken", b"{}", "key")

    assert asked == ["/taken"]


async def test_an_alert_that_is_refused_tells_the_status_and_not_the_address(receiver: tuple[str, list[str]]):
    said = await failure(f"{receiver[0]}/broken/{SECRET}?sig={SECRET}")

    assert "the webhook of ALERT_WEBHOOK_URL answers 500" in said
    assert SECRET not in said


async def test_a_redirect_is_not_followed(receiver: tuple[str, list[str]]):
    address, asked = receiver

    said = await failure(f"{address}/moved/{SECRET}")

    assert "answers 307, a redirect, which is not followed" in said
    assert asked == [f"/moved/{SECRET}"]


@pytest.mark.parametrize(
    "url", [f"http://127.0.0.1:9/{SECRET}", f"http://{SECRET}.invalid/", f"http://127.0.0.1:1{SECRET}/"]
)
async def test_a_receiver_that_is_away_is_told_without_its_address(url: str):
    said = await failure(url)

    assert "the webhook of ALERT_WEBHOOK_URL cannot be reached" in said
    assert SECRET not in said


async def test_what_is_posted_with_a_secret_can_be_checked_by_who_has_it_too():
    taken: list[tuple[str | None, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        taken.append((request.headers.get(SIGNATURE), await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    async with serving(app) as address:
        await post("ALERT_WEBHOOK_URL", f"{address}/", b'{"name":"window-3"}', "key", secret=SECRET)
        await post("ALERT_WEBHOOK_URL", f"{address}/", b"{}", "key")

    (signed, body), (unsigned, _) = taken
    at, _, digest = (signed or "").removeprefix("t=").partition(",v1=")
    assert abs(time.time() - int(at)) < 60
    # As a receiver would: from the time, the body and the secret alone.
    assert digest == hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert unsigned is None
