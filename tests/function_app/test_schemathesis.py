"""Schemathesis asks the running app by the app's own OpenAPI document: every operation, and from link to link.

What it holds against the answers is in `schemathesis.toml`; `test_any_request.py` asks with values of earlier answers.
"""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from benchmarks.desk.filling import fill_cases, fill_events
from services import names
from services.blobs import NDJSON, warehouse, write_blob
from services.clients import close_clients
from services.settings import settings
from tests.function_app.conftest import KEYS, ROOT, Keyed

TOOL = ROOT / ".local" / "tools" / "schemathesis"
CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def filled(keyed: Keyed) -> Keyed:
    """The app with cases, events and a record of quarantine, so that links lead somewhere."""
    values: dict[str, str] = json.loads(keyed.settings.read_text())["Values"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        asyncio.run(_fill())
    settings.cache_clear()
    return keyed


async def _fill() -> None:
    now = datetime.now(UTC)
    await fill_cases(30, now)
    await fill_events(100, now, timedelta(hours=1))
    record = {"reason": "not JSON", "raw_base64": "e2JhZA==", "partition": "1", "offset": "17"}
    path = f"store-events/{now:%Y/%m/%d/%H}/p1-17.ndjson"
    await write_blob(await warehouse(names.QUARANTINE), path, msgspec.json.encode(record) + b"\n", NDJSON)
    await close_clients()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_schemathesis_finds_nothing(filled: Keyed):
    headers = (f"x-functions-key: {KEYS['function']}", "x-actor: Tess")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        *(f"{filled.base.rstrip('/')}/api/openapi.json", "--max-examples", "1"),
        *("--phases", "coverage,fuzzing,stateful", "--no-color", *(part for each in headers for part in ("-H", each))),
    ]
    environment = {**os.environ, "PYTHONPATH": str(TOOL)}
    folder = filled.settings.parent
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr[-2_000:]
    assert "44/44" in run.stdout, run.stdout[-2_000:]
