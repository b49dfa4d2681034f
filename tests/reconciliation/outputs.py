"""Rows of the stream job and lines of verdicts, as the archives have them."""

import json
from datetime import datetime
from typing import Any

import msgspec

from fraud.judging import judged, unresolved
from fraud.verdicts import verdicts_path
from fraud.windows import WINDOW, Window
from reconciliation.ranges import window_end


def blobs_of_verdicts(verdicts: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The lines of verdicts by the paths of their blobs, one for each store and window."""
    blobs: dict[str, list[dict[str, Any]]] = {}
    for line in verdicts:
        end = datetime.fromisoformat(line["window_end"])
        name = f"window-{line['store_id']}-{end:%Y%m%dT%H%M%SZ}"
        blobs.setdefault(verdicts_path(name, end), []).append(line)
    return blobs


def suspicious_row(window: int, store: int | None, ids: list[str]) -> dict[str, Any]:
    """A row of the stream job."""
    end = window_end(window)
    return {
        "store_id": store,
        "ids": ids,
        "WindowStart": f"{end - WINDOW:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "WindowEnd": f"{end:%Y-%m-%dT%H:%M:%S}.0000000Z",
    }


def verdict(
    window: int, store: int | None, identifier: str, *, body: bytes | None = None, contents: int = 1
) -> dict[str, Any]:
    """A line of the verdicts, on the event with this body; or else on one that nothing captured."""
    end = window_end(window)
    stranger = {"id": identifier, "event_type": "sale_event", "store_id": store}
    event: dict[str, Any] = json.loads(body) if body else stranger
    if event.get("store_id") is None:
        event.pop("store_id", None)
    return msgspec.to_builtins(judged(event, store, Window(end - WINDOW, end), "r", contents=contents))


def verdict_without_event(window: int, store: int | None, identifier: str) -> dict[str, Any]:
    """A line of the verdicts on an id whose event was never found."""
    end = window_end(window)
    return msgspec.to_builtins(unresolved(identifier, store, Window(end - WINDOW, end)))
