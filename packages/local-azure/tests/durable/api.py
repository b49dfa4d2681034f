"""The management API of a running hub, asked with raw requests."""

import json
from typing import Any

import aiohttp

BASE = "/runtime/webhooks/durabletask"


class Api:
    """Raw requests to the API; paths are sent as they are."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self.port = int(address.rsplit(":", 1)[1])
        self._session = session

    async def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, dict[str, str]]:
        sent = {"Content-Type": content_type} if body is not None else {}
        url = f"{self.address}{BASE}{path}"
        async with self._session.request(method, url, data=body, headers={**sent, **(headers or {})}) as response:
            text = await response.text()
            try:
                return response.status, json.loads(text or "null"), dict(response.headers)
            except ValueError:
                return response.status, text, dict(response.headers)
