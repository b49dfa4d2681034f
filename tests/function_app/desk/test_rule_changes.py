"""Windows are judged again, and rules are tried on them, on the pages of the desk."""

import re
import uuid

import aiohttp
import pytest

from tests.function_app.desk.forms import page, send
from tests.function_app.desk.test_setting_right import visitor
from tests.function_app.http_functions import call, until
from tests.function_app.test_reanalysis import a_window

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

AGAIN, TRIAL = "/desk/rules/reanalysis", "/desk/rules/trial"
__all__ = ["visitor"]


async def shown(visitor: aiohttp.ClientSession, address: str, text: str) -> str:
    """The page, once it has this text."""

    async def seen() -> str:
        _, content = await page(visitor, address)
        return content if text in content else ""

    return await until(seen)


async def test_a_window_is_counted_confirmed_and_judged_again_by_the_set_of_the_form(visitor: aiohttp.ClientSession):
    task, why = await a_window(), f"<b>{uuid.uuid4()}</b>"
    assert (await send(visitor, AGAIN, AGAIN, window=task.name, rules="seed", why=why))[0] == 303
    counted = await shown(visitor, AGAIN, "Nothing was changed yet.")

    fields = dict(re.findall(r'type="hidden" name="(confirm|window|rules|why)" value="([^"]*)"', counted))
    assert (fields["confirm"], fields["window"]) == ("1", task.name)
    assert "Judge 1 verdict again" in counted
    fields["why"] = why
    assert (await send(visitor, AGAIN, AGAIN, **fields))[0] == 303
    done = await shown(visitor, AGAIN, '<td><span class="mark">done</span></td>')

    assert why not in done
    assert "&lt;b&gt;" in done
    case = (await call(visitor, "GET", f"/api/cases/{task.name}"))[1]["case"]
    assert case["rule_set"] == fields["rules"]
    assert f"{AGAIN}?window={task.name}" in (await page(visitor, f"/desk/cases/{task.name}"))[1]


async def test_a_set_is_tried_and_shows_what_it_would_change(visitor: aiohttp.ClientSession):
    task = await a_window()
    assert (await send(visitor, TRIAL, TRIAL, window=task.name, rules="seed", why="How would it do?"))[0] == 303

    result = await shown(visitor, TRIAL, "1 window with 1 verdict.")

    async with visitor.get(f"{TRIAL}/result") as part:
        assert part.headers["HX-Refresh"] == "true", "the page has a form again"
        assert "<form" not in await part.text()
    assert "How would it do?" in result
    assert "on the facts of that time" in result


@pytest.mark.parametrize(
    ("address", "fields", "problem"),
    [
        (AGAIN, {"why": "x"}, "say from and to, or the name of a window"),
        (AGAIN, {"from": "yesterday", "to": "2026-01-02T10:00:00Z", "why": "x"}, "from"),
        (AGAIN, {"what": "stop"}, "why"),
        (TRIAL, {"window": "window-3-20260102T101000Z-ab", "why": "x"}, "name a set, or send the text of a rule file"),
        (TRIAL, {"window": "window-3-20260102T101000Z-ab", "why": "x", "text": "rules = 7"}, "rules"),
    ],
)
async def test_an_order_that_cannot_be_is_shown_with_what_is_wrong(
    visitor: aiohttp.ClientSession, address: str, fields: dict[str, str], problem: str
):
    status, text = await send(visitor, address, address, **fields)

    assert (status, problem in text) == (400, True), text
    assert f'value="{fields.get("window", "")}"' in text
