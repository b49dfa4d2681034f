"""A visitor of the desk without a browser: pages, and the forms on them."""

import re

import aiohttp


async def page(http: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    async with http.get(path) as answer:
        return answer.status, await answer.text()


async def send(http: aiohttp.ClientSession, of: str, to: str, /, **fields: str | int | list[str]) -> tuple[int, str]:
    """Send a form of a page, a list being boxes that are ticked; status and text of the answer, or where it leads."""
    _, text = await page(http, of)
    token = re.search(r'name="form_token" value="([^"]+)"', text)
    assert token is not None, f"{of} has no form"
    pairs = [("form_token", token[1])]
    for name, given in fields.items():
        pairs += [(name, str(value)) for value in (given if isinstance(given, list) else [given])]
    async with http.post(to, data=aiohttp.FormData(pairs), allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()
