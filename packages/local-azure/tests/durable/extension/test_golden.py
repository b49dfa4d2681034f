"""Each scenario that was recorded on Microsoft's extension runs the same: status, history, each episode's context."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from local_azure.durable.differences import GOLDEN
from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.hosts import azurite, extension, extension_program, local_engine
from tests.durable.extension.scenarios import SCENARIOS

RECORDED = Path(__file__).with_name("golden")
COMPLETED = 5


@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_the_local_engine_runs_it_as_recorded(name: str, tmp_path: Path):
    async with local_engine(RECORDED / name / "app.py", tmp_path) as client:
        await holds(client, name)


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_the_extension_runs_all_as_recorded(tmp_path: Path):
    program = extension_program()
    assert program is not None
    with azurite(tmp_path) as port:
        for name in sorted(SCENARIOS):
            async with extension(program, port, RECORDED / name / "app.py", tmp_path / name) as client:
                await holds(client, name)


async def holds(client: Client, name: str) -> None:
    """Run a scenario and compare everything with its recording, or with what is written of a difference."""
    seen = await SCENARIOS[name](client, f"golden-{name}")
    seen["status"] = await client.full_status(f"golden-{name}")
    expected = {path.stem: read(path) for path in (RECORDED / name).glob("status*.json")}
    if client.engine == "local" and name in GOLDEN:
        assert even(seen["status"]) != even(expected["status"])
        assert [seen["status"]["runtimeStatus"], seen["status"]["output"]] == GOLDEN[name].answer
        return
    assert any_order(even(seen)) == any_order(even(expected))
    ours, theirs = client.episodes(), read(RECORDED / name / "episodes.json")
    if name == "fan_out":
        ours, theirs = [ours[0], ours[-1]], [theirs[0], theirs[-1]]
    assert episodes(ours) == episodes(theirs)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def episodes(recorded: list[dict[str, Any]]) -> list[Any]:
    """The calls, evened out; completions that came in any order and in one or more episodes stand by their numbers."""
    return [
        [each["kind"], each["function"], in_order(even(each["context"])), even(each["result"]), even_error(each)]
        for each in recorded
    ]


def even_error(episode: dict[str, Any]) -> Any:
    """The message of a failure without the actions behind it, which are the SDK's own."""
    return None if episode["error"] is None else even(episode["error"]["message"]).partition("\n\n$OutOfProcData$")[0]


def in_order(context: dict[str, Any]) -> dict[str, Any]:
    """Completions that stand together, also those of episodes that decide nothing, in the order of their tasks."""
    if "history" in context:
        events: list[dict[str, Any]] = []
        for event in context["history"]:
            between = [each["EventType"] for each in events[-3:]] == [COMPLETED, 13, 12]
            if event["EventType"] == COMPLETED and between and not event["IsPlayed"]:
                del events[-2:]
            events.append(event)
        for event in events:
            if event["EventType"] == COMPLETED:
                event["IsPlayed"] = "ANY"
        context["history"] = sorted_runs(events, "EventType", COMPLETED, "TaskScheduledId")
    return context


def any_order(statuses: dict[str, Any]) -> dict[str, Any]:
    """Statuses whose histories have completions that stand together in the order of their results."""
    for status in statuses.values():
        status["historyEvents"] = sorted_runs(status["historyEvents"], "EventType", "TaskCompleted", "Result")
    return statuses


def sorted_runs(events: list[dict[str, Any]], member: str, value: object, by: str) -> list[dict[str, Any]]:
    """The events, each run of those with this value in the order of another member."""
    ordered: list[dict[str, Any]] = []
    for together, run in itertools.groupby(events, key=lambda event: event[member] == value):
        members = list(run)
        ordered += sorted(members, key=lambda event: json.dumps(event[by])) if together else members
    return ordered
