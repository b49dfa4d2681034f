"""Faults that somebody plants in the archives after the analysis, and what the report must then name.

A fault takes a fraud that was sent once and is in order everywhere; it gives the ids (or the window's name) of which at
least one must stand in the report.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from fraud.identity import archive_key
from services import cosmos, names
from services.blobs import NDJSON, delete_blob, read_blob, warehouse, write_blob
from tests.trust.day import Day, Occurrence, blobs_under
from tests.trust.oracle import ADDED, BY_PLACE, OTHER_FORM

Change = Callable[[dict[str, Any]], dict[str, Any] | list[dict[str, Any]] | None]
"""Makes another thing of a line or a document: none, or of a line several."""
Matches = Callable[[dict[str, Any]], bool]
Plant = Callable[[Day, Occurrence], Awaitable[bool]]
"""Plants a fault on an event; False if there is nothing to plant it on."""
_lines = msgspec.json.Encoder()


def _at(victim: Occurrence, folder: str = "") -> str:
    """The folder of the outcomes of an event's window in `fraud-events`."""
    return f"{folder}{victim.window_end:%Y/%m/%d/%H%M}/"


async def _change_lines(container_name: str, folder: str, matches: Matches, change: Change) -> bool:
    container, changed = await warehouse(container_name), False
    for path, lines in await blobs_under(container_name, folder):
        if any(map(matches, lines)):
            new = [line for old in lines for line in (_as_lines(change(old)) if matches(old) else [old])]
            await write_blob(container, path, _lines.encode_lines(new), NDJSON)
            changed = True
    return changed


def _as_lines(changed: dict[str, Any] | list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    if isinstance(changed, list):
        return changed
    return [] if changed is None else [changed]


async def falsified(victim: Occurrence, change: Change) -> bool:
    """Change the verdicts on the id of an event, in its window; False if it has none of them."""
    name = victim.sent.event_id
    return await _change_lines(names.FRAUD_EVENTS, _at(victim), lambda line: line["event_id"] == name, change)


def _verdict(change: Change) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        return await falsified(victim, change)

    return plant


def _verdict_by_place(change: Change) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        folder, name = _at(victim, "quarantine/"), victim.place
        return await _change_lines(names.FRAUD_EVENTS, folder, lambda line: line["event_id"] == name, change)

    return plant


def _case_by_place(change: Change) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        return await _change_case(_at(victim, "quarantine/"), victim.place, "_unknown", change)

    return plant


def _doubled(line: dict[str, Any]) -> list[dict[str, Any]]:
    return [line, line]


def _suspicious(change: Callable[[dict[str, Any], str], dict[str, Any] | None]) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        name, hour = victim.sent.event_id or "", f"{victim.window_end:%Y/%m/%d/%H}/"
        return await _change_lines(
            names.SUSPICIOUS_EVENTS, hour, lambda line: name in line["ids"], lambda line: change(line, name)
        )

    return plant


def _document(change: Change) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        container, name = await cosmos.events(), victim.sent.event_id or ""
        key = archive_key(victim.sent.store, name)
        try:
            document: dict[str, Any] = dict(await container.read_item(name, key))
        except CosmosResourceNotFoundError:
            return False  # lost by a deliberate fault of the product, which the report must tell by itself
        changed = change(document)
        await container.delete_item(name, key)
        if isinstance(changed, dict):
            await container.create_item(changed)
        return True

    return plant


def _case(change: Change) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        return await _change_case(_at(victim), victim.sent.event_id, victim.sent.store, change)

    return plant


async def _change_case(folder: str, event_id: str | None, store: Any, change: Change) -> bool:
    """Change the case of the blob with a verdict of this name; False if another fault has deleted it already."""
    container = await cosmos.cases()
    for path, lines in await blobs_under(names.FRAUD_EVENTS, folder):
        if any(line["event_id"] == event_id for line in lines):
            name = path.rpartition("/")[2].removesuffix(".ndjson")
            try:
                case: dict[str, Any] = dict(await container.read_item(name, store))
            except CosmosResourceNotFoundError:
                return False
            await container.delete_item(name, store)
            changed = change(case)
            if isinstance(changed, dict):
                await container.create_item(changed)
            return True
    return False


def _alert(change: Change) -> Plant:
    async def plant(_: Day, victim: Occurrence) -> bool:
        """Every alert of the window, of whatever revision, if its verdicts are such that somebody must be told."""
        reports, changed = await warehouse(names.REPORTS), False
        lines_of = await blobs_under(names.FRAUD_EVENTS, _at(victim))
        blobs = [path for path, lines in lines_of if _must_be_told(lines, victim)]
        async for blob in reports.list_blobs(name_starts_with=f"alerts/{victim.window_end:%Y/%m/%d/%H%M}/"):
            alert: dict[str, Any] = msgspec.json.decode(await read_blob(reports, blob.name))
            if alert["verdicts_blob"] in {f"{names.FRAUD_EVENTS}/{path}" for path in blobs}:
                new = change(alert)
                await delete_blob(reports, blob.name)
                if new is not None:
                    await write_blob(reports, blob.name, msgspec.json.encode(new))
                changed = True
        return changed

    return plant


def _must_be_told(lines: list[dict[str, Any]], victim: Occurrence) -> bool:
    has_high = any(line["band"] == "high" for line in lines)
    return has_high and any(line["event_id"] == victim.sent.event_id for line in lines)


async def _capture_deleted(_: Day, victim: Occurrence) -> bool:
    path = f"ns/store-events/{victim.partition}/{victim.window_end:%Y/%m/%d/%H/%M/%S}.avro"
    try:
        await delete_blob(await warehouse(names.ALL_EVENTS), path)
    except ResourceNotFoundError:
        return False
    return True


async def _record_altered(_: Day, victim: Occurrence) -> bool:
    path = f"store-events/{victim.at:%Y/%m/%d/%H}/p{victim.partition}-{victim.sequence}.json"
    container = await warehouse(names.QUARANTINE)
    record: dict[str, Any] = msgspec.json.decode(await read_blob(container, path))
    await write_blob(container, path, msgspec.json.encode(record | {"raw_base64": b64encode(b"{}").decode()}))
    return True


def _of_another_day(line: dict[str, Any]) -> list[dict[str, Any]]:
    return [line, line | {"window_start": "2026-01-01T00:00:00Z", "window_end": "2026-01-01T00:05:00Z", "score": 0}]


def _without(line: dict[str, Any], name: str) -> dict[str, Any]:
    return line | {"ids": [each for each in line["ids"] if each != name]}


FAULTS: dict[str, Plant] = {
    "document deleted": _document(lambda _: None),
    "document altered": _document(lambda document: document | {"price": 1}),
    "verdict deleted": _verdict(lambda _: None),
    "verdict falsified": _verdict(lambda line: line | {"score": 0, "band": "low", "reasons": []}),
    "evidence falsified": _verdict(lambda line: line | {"event": {**(line["event"] or {}), "price": 1}}),
    "verdict moved": _verdict(lambda line: line | {"store_id": 99}),
    "verdict doubled elsewhere": _verdict(lambda line: line | {"window_end": "2026-01-01T00:05:00Z"}),
    f"verdict{ADDED}": _verdict(_of_another_day),
    "document moved to another key": _document(lambda document: document | {"archive_key": "99-0"}),
    f"document{OTHER_FORM}": _document(lambda document: document | {"archive": document["archive"] | {"run_id": 7}}),
    "report deleted": _suspicious(_without),
    "report moved": _suspicious(lambda line, _: line | {"store_id": 98}),
    "case deleted": _case(lambda _: None),
    "case falsified": _case(lambda case: case | {"max_score": 0, "bands": {"low": 1}, "top": []}),
    f"case{OTHER_FORM}": _case(lambda case: case | {"window_end": case["window_end"].removesuffix("Z")}),
    "alert deleted": _alert(lambda _: None),
    "alert falsified": _alert(lambda alert: alert | {"bands": {"high": 0}, "max_score": 0}),
    "capture deleted": _capture_deleted,
    f"{BY_PLACE}record altered": _record_altered,
    f"{BY_PLACE}verdict deleted": _verdict_by_place(lambda _: None),
    f"{BY_PLACE}verdict falsified": _verdict_by_place(lambda line: line | {"score": 0, "band": "low", "reasons": []}),
    f"{BY_PLACE}evidence falsified": _verdict_by_place(lambda line: line | {"event": {**line["event"], "price": 1}}),
    f"{BY_PLACE}verdict moved": _verdict_by_place(lambda line: line | {"store_id": 99}),
    f"{BY_PLACE}verdict doubled": _verdict_by_place(_doubled),
    f"{BY_PLACE}case deleted": _case_by_place(lambda _: None),
    f"{BY_PLACE}case falsified": _case_by_place(lambda case: case | {"max_score": 0, "bands": {"low": 1}, "top": []}),
}
