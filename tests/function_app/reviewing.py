"""A person who reviews cases over HTTP, and a case that waits for one."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from fraud.judging import judged
from fraud.verdicts import amended, to_ndjson, verdicts_path
from fraud.windows import Window
from services.watching import azure_time
from tests.fraud.builders import event_body
from tests.function_app.http_functions import INSTANCES, call

CONFIRMED = {"outcome": "confirmed", "why": "a ring of three"}


async def case_of(http: aiohttp.ClientSession, name: str) -> dict[str, Any]:
    """A case as the API shows it, journal included."""
    return (await call(http, "GET", f"/api/cases/{name}"))[1]


async def change(
    http: aiohttp.ClientSession, name: str, what: str, body: Any, *, etag: str | None = None, actor: str = "Ana"
) -> tuple[int, dict[str, Any]]:
    """Change a case as a person has seen it, by default as it is now."""
    seen = (await case_of(http, name))["case"]["etag"] if etag is None else etag
    headers = {"x-actor": quote(actor), **({"If-Match": seen} if seen else {})}
    async with http.post(f"/api/cases/{name}/{what}", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def fresh_case(store: int, name: str) -> str:
    """A case with a verdict of the band high whose window has just ended."""
    now = await azure_time()
    end = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
    window = Window(end - timedelta(minutes=5), end)
    event = msgspec.json.decode(event_body(name, price=900.0, qty=10, store_id=store))
    verdict = judged(event, store, window, None, contents=2)
    place = VerdictsPlace(name=name, store_id=store, window=window, path=verdicts_path(name, window.end))
    await keep_verdicts(place, to_ndjson([verdict]), amended)
    return name


async def waited_for(http: aiohttp.ClientSession, name: str) -> dict[str, Any] | None:
    """Once it is noted and the case says until when, which comes after it."""
    details = await case_of(http, name)
    return details if details["journal"] and "due" in details["case"].get("review", {}) else None


async def ended(http: aiohttp.ClientSession, instance_id: str) -> dict[str, Any] | None:
    _, instance = await call(http, "GET", f"{INSTANCES}/{instance_id}")
    return instance if instance["runtimeStatus"] == "Completed" else None
