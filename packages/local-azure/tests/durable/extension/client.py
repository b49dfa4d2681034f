"""The management API of either engine, as the contract asks it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import aiohttp
from yarl import URL

BASE = "/runtime/webhooks/durabletask"
FINISHED = {"Completed", "Failed", "Terminated"}


class Answer:
    """One answer: `body` is the JSON value, or the text of what is not JSON."""

    def __init__(self, status: int, text: str, headers: dict[str, str]) -> None:
        self.status = status
        self.text = text
        self.headers = headers

    @property
    def body(self) -> Any:
        try:
            return json.loads(self.text)
        except ValueError:
            return self.text


class Client:
    """One running engine. `episodes` gives the calls of orchestrators and entities so far."""

    def __init__(
        self, engine: str, address: str, session: aiohttp.ClientSession, episodes: Callable[[], list[dict[str, Any]]]
    ) -> None:
        self.engine = engine
        self.address = address
        self.episodes = episodes
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """A request under the management API's base; the path goes out as it is."""
        sent = dict(headers or {}) | ({"Content-Type": content_type} if body is not None else {})
        url = URL(f"{self.address}{BASE}{path}", encoded=True)
        data = body.encode() if isinstance(body, str) else body
        async with self._session.request(method, url, data=data, headers=sent) as response:
            return Answer(response.status, await response.text(), dict(response.headers))

    async def until_ready(self, seconds: float) -> None:
        """Wait until the API answers."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    if (await self.ask("GET", "/instances?top=1")).status == 200:
                        return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)

    async def start(self, name: str, instance_id: str, value: Any = None, *, has_input: bool = True) -> Answer:
        """Start an orchestrator as the SDK's client does: JSON in JSON; no body without an input."""
        body = json.dumps(json.dumps(value)) if has_input and value is not None else None
        return await self.ask("POST", f"/orchestrators/{name}/{instance_id}", body)

    async def raise_event(self, instance_id: str, name: str, value: Any) -> Answer:
        return await self.ask("POST", f"/instances/{instance_id}/raiseEvent/{name}", json.dumps(value))

    async def status(self, instance_id: str, query: str = "") -> dict[str, Any]:
        """The status payload; the query starts with a question mark."""
        answer = await self.ask("GET", f"/instances/{instance_id}{query}")
        body = answer.body
        return cast(dict[str, Any], body) if isinstance(body, dict) else {"runtimeStatus": str(answer.status)}

    async def full_status(self, instance_id: str) -> dict[str, Any]:
        """The status with history, outputs and inputs."""
        return await self.status(instance_id, "?showHistory=true&showHistoryOutput=true&showInput=true")

    async def until(self, instance_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The status once a condition holds."""
        status: dict[str, Any] = {}
        try:
            async with asyncio.timeout(60):
                while True:
                    status = await self.status(instance_id)
                    if holds(status):
                        return status
                    await asyncio.sleep(0.02 if self.engine == "local" else 0.15)
        except TimeoutError as error:
            raise AssertionError(f"{instance_id} stays as it is: {status}") from error

    async def until_entity(self, path: str) -> None:
        """Wait until the entity of a path has a state, some seconds at most."""
        try:
            async with asyncio.timeout(10):
                while (await self.ask("GET", path)).status != 200:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return

    async def ended(self, instance_id: str) -> dict[str, Any]:
        """The status once the instance has ended."""
        return await self.until(instance_id, lambda status: status["runtimeStatus"] in FINISHED)

    async def waiting(self, instance_id: str, custom_status: Any = "waiting") -> dict[str, Any]:
        """The status once the instance shows this custom status."""
        return await self.until(instance_id, lambda status: status.get("customStatus") == custom_status)

    async def run(self, name: str, instance_id: str, value: Any = None) -> dict[str, Any]:
        """Start an orchestrator and wait for its end."""
        answer = await self.start(name, instance_id, value)
        assert answer.status == 202, answer.text
        return await self.ended(instance_id)
