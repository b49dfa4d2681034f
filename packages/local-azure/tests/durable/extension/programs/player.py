"""Plays a program on an engine: starts it, does at each gate what its script says, and gives what was seen."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from tests.durable.extension.client import FINISHED, Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of
from tests.durable.extension.programs.maker import Program, is_parallel, nodes

_COUNTED = re.compile(r"((?:GUID|HEX):)[0-9a-f]+")


_LONG = 160


async def play(client: Client, program: Program, instance_id: str) -> dict[str, Any]:
    """The answer of an engine: a function of the program, evened out, long texts cut."""
    return await _Player(client, program, instance_id).play()


async def play_all(client: Client, programs: list[Program], prefix: str) -> list[dict[str, Any]]:
    """The answers of an engine to programs, of which it runs some at a time."""
    turns = asyncio.Semaphore(40 if client.engine == "local" else 8)

    async def in_turn(number: int, program: Program) -> dict[str, Any]:
        async with turns:
            return await play(client, program, f"{prefix}{number}")

    return list(await asyncio.gather(*(in_turn(number, program) for number, program in enumerate(programs))))


def agree(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """True if the local engine's answer is the extension's. A history for which that one cannot be asked counts not."""
    return ours == {
        name: {**part, "history": ours[name]["history"]} if isinstance(part, dict) and part["history"] is None else part
        for name, part in theirs.items()
    }


class _Player:
    def __init__(self, client: Client, program: Program, instance_id: str) -> None:
        self._client = client
        self._program = program
        self._id = instance_id
        self._ids = [instance_id, *dict.fromkeys(f"{instance_id}-{label}" for label in _labels(program["steps"]))]
        self._answers: list[Any] = []
        self._is_local = client.engine == "local"

    async def play(self) -> dict[str, Any]:
        given = {"root": self._id, "todo": self._program["steps"]}
        await self._client.start("program", self._id, given)
        await self._through()
        seen: dict[str, Any] = {"end": await self._end()}
        before = await self._client.status(self._id)
        match self._program["after"]:
            case ["purge"]:
                await self._note("DELETE", "")
            case ["restart"]:
                await self._note("POST", "/restart?restartWithNewInstanceId=false")
            case ["start"]:
                self._answers.append((await self._client.start("program", self._id, given)).status)
            case ["rewind"] if before["runtimeStatus"] != "Failed":
                await self._note("POST", "/rewind?reason=again")
            case ["raise"]:
                self._answers.append((await self._client.raise_event(self._id, "late", 1)).status)
            case ["terminate"]:
                await self._note("POST", "/terminate?reason=late")
            case _:
                pass
        if self._program["after"][0] in {"restart", "start"} and before["runtimeStatus"] in FINISHED:
            await self._wait(lambda status: status.get("createdTime") != before.get("createdTime"))
            await self._through()
        if self._program["after"] != ["none"]:
            after = await self._end()
            seen["after"] = "as before" if after == seen["end"] else after
        seen["answers"] = self._answers
        return _normal(seen, self._id)

    async def _through(self) -> None:
        """Take the instance to its end, or to where it stands still."""
        opened: set[Any] = set()
        before, since = "", 0.0
        loop = asyncio.get_running_loop()
        while True:
            statuses = [await self._client.status(each) for each in self._ids]
            if statuses[0]["runtimeStatus"] in FINISHED:
                return
            shown = json.dumps(statuses)
            if shown != before:
                before, since = shown, loop.time()
            for instance_id, status in reversed(list(zip(self._ids, statuses, strict=True))):
                custom = status.get("customStatus")
                number = cast(dict[str, Any], custom).get("gate") if isinstance(custom, dict) else None
                if number is not None and status["runtimeStatus"] == "Running" and number not in opened:
                    opened.add(number)
                    for command in _script(self._program["steps"], number):
                        await self._do(instance_id, command)
                    since = loop.time()
                    break
            if loop.time() - since > (10 if self._is_local else 20):
                return
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(0.03 if self._is_local else 0.2)

    async def _note(self, method: str, path: str, instance_id: str | None = None) -> None:
        answer = await self._client.ask(method, f"/instances/{instance_id or self._id}{path}")
        self._answers.append(answer.status)

    async def _do(self, instance_id: str, command: list[Any]) -> None:
        match command:
            case ["raise", name, value]:
                before = await self._raised(instance_id)
                self._answers.append((await self._client.raise_event(instance_id, name, value)).status)
                await self._arrived(instance_id, before)
            case ["raise large", name, size]:
                await self._do(instance_id, ["raise", name, size * "ü"])
            case ["restart"]:
                await self._note("POST", "/restart?restartWithNewInstanceId=false", instance_id)
            case ["terminate root"]:
                await self._do(self._id, ["terminate", "by its child"])
            case ["suspend" | "resume" as word, reason]:
                await self._note("POST", f"/{word}?reason={quote(reason)}", instance_id)
                is_suspended = word == "suspend"
                await self._wait(lambda s: (s["runtimeStatus"] == "Suspended") == is_suspended, instance_id)
            case ["terminate", reason]:
                await self._note("POST", f"/terminate?reason={quote(reason)}", instance_id)
                await self._wait(lambda status: status["runtimeStatus"] in FINISHED, instance_id)
            case ["signal", key, value]:
                path = f"/entities/counter/{self._id}-{key}"
                body = json.dumps(json.dumps(value))
                self._answers.append((await self._client.ask("POST", f"{path}?op=add", body)).status)
                await self._client.until_entity(path)
            case ["start"]:
                self._answers.append((await self._client.start("program", instance_id, {})).status)
            case ["purge"]:
                await self._note("DELETE", "", instance_id)
            case _:
                await self._note("POST", f"/{command[0]}", instance_id)

    async def _raised(self, instance_id: str) -> tuple[Any, int]:
        full = await self._client.full_status(instance_id)
        events = [event["EventType"] for event in full.get("historyEvents", [])]
        return full.get("createdTime"), events.count("EventRaised")

    async def _arrived(self, instance_id: str, before: tuple[Any, int]) -> None:
        """Wait until an event is in the history: what is raised next comes behind it."""
        for _ in range(50):
            if await self._raised(instance_id) != before:
                return
            await self._pause()

    async def _wait(self, holds: Callable[[dict[str, Any]], bool], instance_id: str | None = None) -> None:
        """Wait until a condition holds, ten seconds at most."""
        for _ in range(50):
            if holds(await self._client.status(instance_id or self._id)):
                return
            await self._pause()

    async def _end(self) -> dict[str, Any]:
        """All that is to be seen, once it stands still."""
        children = await self._children()
        await asyncio.sleep(0.1 if self._is_local else 1)
        while (again := await self._children()) != children:
            children = again
            await asyncio.sleep(0.1 if self._is_local else 1)
        full = await self._client.full_status(self._id)
        history = None
        if "runtimeStatus" in full:
            history = [_line(event) for event in full.get("historyEvents", [])]
        else:
            full = await self._client.status(self._id)
        if history and is_parallel(self._program["steps"]):
            history = sorted(_COUNTED.sub(r"\1N", line) for line in history)
        entities = {key: await self._entity(key) for key in _keys(self._program["steps"])}
        return {"root": _shown(full), "history": history, "children": children, "entities": entities}

    async def _children(self) -> dict[str, Any]:
        return {each: _shown(await self._client.status(each)) for each in self._ids[1:]}

    async def _entity(self, key: str) -> Any:
        """The state, once it is twice the same."""
        before: Any = None
        while True:
            answer = await self._client.ask("GET", f"/entities/counter/{self._id}-{key}")
            if (seen := [answer.status, answer.body]) == before:
                return seen
            before = seen
            await asyncio.sleep(0.05 if self._is_local else 0.5)


def _shown(status: dict[str, Any]) -> list[Any]:
    return end_of(status) if "output" in status else [status["runtimeStatus"]]


def _line(event: dict[str, Any]) -> str:
    """An event of a history: its kind, then what it says but times."""
    rest = {name: value for name, value in even(event).items() if value is not None and "TIME" not in str(value)[:5]}
    kind = rest.pop("EventType")
    if "todo" in str(rest.get("Input")):
        rest["Input"] = "PROGRAM"
    return f"{kind} {json.dumps(rest, ensure_ascii=False, sort_keys=True)}"


def _labels(steps: list[Any]) -> list[str]:
    """The labels of children that have ids of their own."""
    return [node[2] for node in nodes(steps) if node[0] == "child" and node[2]]


def _script(steps: list[Any], number: Any) -> list[Any]:
    """The deeds of the client at a gate."""
    return next(node[3] for node in nodes(steps) if node[:2] == ["gate", number])


def _keys(steps: list[Any]) -> list[str]:
    """The entities of a program."""
    return sorted({node[1] for node in nodes(steps) if node[0] in {"entity", "signal"}})


def _normal(value: Any, instance_id: str) -> Any:
    """The value with `ID` for the id of the instance, in texts and as names, and without the middle of long texts."""
    return _cut(json.loads(json.dumps(value, ensure_ascii=False).replace(instance_id, "ID")))


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(member) for key, member in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_cut(member) for member in cast(list[Any], value)]
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[: _LONG - 60]} ... {value[-60:]}"
    return value
