"""The demo's campaign on a stack that asks for keys: the command line finds them, and the accounts balance."""

import re
import stat
from pathlib import Path

import pytest
import requests

from cli.app_client import AppClient, local_key
from cli.demo import Plan, settle, start
from cli.stack_process import ROOT, running_stack
from tests.pipeline.parts import START_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PLAN = Plan(batches=12, events=30, interval_seconds=5, seed=11, speed=60)


def keyed_config(folder: Path) -> Path:
    """This app's configuration, from another folder, with keys."""
    text = (ROOT / "local-azure.toml").read_text()
    text = re.sub(r'"((?:infra|local|stream_analytics)/[^"]+)"', lambda path: f'"{ROOT / path[1]}"', text)
    file = folder / "local-azure.toml"
    file.write_text(text.replace("[functions]", f'[functions]\nkeys = true\napp = "{ROOT}"', 1))
    return file


def test_the_accounts_balance_on_a_stack_that_asks_for_keys(tmp_path: Path):
    state, settings = tmp_path / "state", tmp_path / "local.settings.json"
    with running_stack(state, PLAN.speed, print, settings, keyed_config(tmp_path)) as stack:
        assert requests.get(f"{stack.url}/api/reconciliations", timeout=30).status_code == 401
        key = local_key(stack.settings)
        app = AppClient(stack.url, key, patience=START_SECONDS)
        accounts, _ = settle(app, PLAN, start(app, PLAN))

    assert accounts.sent == PLAN.batches * PLAN.events
    assert accounts.balanced, accounts
    assert key
    private = [file for file in (state, settings, *state.rglob("*")) if not stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert len(private) == 2 + len(list(state.rglob("*")))
    assert not [file for file in state.glob("logs/*") if key in file.read_text(errors="replace")]
