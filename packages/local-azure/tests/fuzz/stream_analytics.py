"""Target of the stream job: bodies of any kind between honest events, through the query of a project."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local_azure.testing.chance import Chance
from local_azure.testing.fuzzing import Fuzzed, Try
from local_azure.testing.stream_query import Arrival, StreamQuery, read_bodies
from tests.data import STREAM_PROJECT

_NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
_FLAGGED: dict[str, Any] = {
    "id": "honest", "event_type": "sale_event", "store_id": 7, "discount": 60, "priority_shipping": True,
}  # fmt: skip
_COLUMNS = ("discount", "event_type", "id", "priority_shipping", "store_id")


@contextmanager
def _bodies(_: Path) -> Generator[Try]:
    query = StreamQuery(STREAM_PROJECT)

    def run(chance: Chance) -> None:
        bodies = [chance.json(_event(chance)) for _ in range(3)]
        bodies.insert(chance.randrange(4), json.dumps(_FLAGGED).encode())
        arrivals = [Arrival(_NOON + timedelta(seconds=chance.randrange(600)), body) for body in bodies]
        rows = query.run(arrivals).rows
        assert any(b'"honest"' in row.json for row in rows), f"an honest event is not reported beside {bodies}"
        read_bodies(bodies, _COLUMNS)

    yield run


def _event(chance: Chance) -> Any:
    event: Any = chance.altered(_FLAGGED | {"id": chance.text()})
    match chance.randrange(8):
        case 0:
            return [event, chance.value(2)]
        case 1:
            return chance.value()
        case _:
            return event


TARGETS = (Fuzzed("stream-bodies", _bodies),)
