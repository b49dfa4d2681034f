"""Keep histories that Microsoft's extension recorded: `python -m tests.orchestrations.record_extension FOLDER NAME...`.

FOLDER holds the `episodes.jsonl` of a test that ran workflows on the extension, which is the one beside this file or
`tests/pipeline/test_on_the_extension.py`: each call of an orchestration with the history that the extension gave it. Of
each shape of a workflow (the kinds of its events) one is kept. NAMEs are the workflows to record, by default all.
Record anew only what changes on purpose, as `record.py` says.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_azure.testing import Recording

HISTORIES = Path(__file__).parent / "histories" / "extension"
MAX_EVENTS = 120
_FOLDERS = re.compile(r"/(?:tmp|home|root|Users)/(?:[\w.-]+/)+")
"""Folders of the machine, which stack texts name."""
_KINDS = {4: "activity", 5: "completed", 6: "failed", 7: "child", 10: "timer", 11: "fired", 15: "event"}


def recordings(folder: Path) -> Iterator[Recording]:
    """The last call of each execution that has completed."""
    for line in (folder / "episodes.jsonl").read_text(encoding="utf-8").splitlines():
        episode: dict[str, Any] = json.loads(_FOLDERS.sub("", line))
        if episode["kind"] != "orchestrationTrigger" or episode["error"]:
            continue
        context, result = (_decoded(episode[name]) for name in ("context", "result"))
        if result["isDone"] and not result.get("error") and not _continues(result):
            output = json.dumps(result.get("output"))
            started = next(event for event in context["history"] if event["EventType"] == 0)
            execution = started["OrchestrationInstance"]["ExecutionId"]
            yield Recording(episode["function"], execution, "Completed", output, context)


def shape(recording: Recording) -> tuple[str, ...]:
    """The name of the workflow, and the kinds of events of its history."""
    kinds = {_KINDS[event["EventType"]] for event in recording.payload["history"] if event["EventType"] in _KINDS}
    return recording.name, *sorted(kinds)


def _continues(result: dict[str, Any]) -> bool:
    """True if the execution continues as new: its history ends without an end."""
    actions: list[list[dict[str, Any]]] = result["actions"]
    return any(action.get("actionType") == 4 for actions_of in actions for action in actions_of)


def _decoded(content: Any) -> Any:
    return json.loads(content) if isinstance(content, str) else content


def main(folder: Path, names: list[str]) -> None:
    """Write the shortest recording of each shape of these workflows, of all by default."""
    best: dict[tuple[str, ...], Recording] = {}
    for recording in recordings(folder):
        if names and recording.name not in names:
            continue
        length, key = len(recording.payload["history"]), shape(recording)
        if length <= MAX_EVENTS and (key not in best or length < len(best[key].payload["history"])):
            best[key] = recording
    HISTORIES.mkdir(exist_ok=True)
    numbers: Counter[str] = Counter()
    for (name, *_), recording in sorted(best.items()):
        numbers[name] += 1
        recording.save(HISTORIES / f"{name}_{numbers[name]}.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
