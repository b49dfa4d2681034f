"""Keys are asked for if the settings file has them, at the levels at which Azure does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from local_azure.functions_host.http.keys import Keys
from tests.functions_host.hosting import APPS, Host, host, refusal

KEYS = {"master": "m" * 20, "function": "f" * 20, "system": "s" * 20}
PLACES = {
    "anonymous": ["/open", "/", "/admin/host/ping"],
    "function": ["/keyed"],
    "admin": ["/master", "/admin/host/status", "/admin/functions", "/admin/functions/keyed"],
    "system": ["/runtime/webhooks/durabletask/instances", "/runtime/webhooks/durabletask/nowhere"],
}
OPENS = {
    "anonymous": {None, "wrong", "master", "function", "system"},
    "function": {"function", "master"},
    "admin": {"master"},
    "system": {"system", "master"},
}


def settings_file(folder: Path, keys: Any = KEYS) -> Path:
    file = folder / "local.settings.json"
    content = {"IsEncrypted": False, "Values": {"FUNCTIONS_WORKER_RUNTIME": "python"}, "Keys": keys}
    file.write_text(json.dumps(content))
    return file


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("keyed")
    with host(APPS / "keyed", folder / "state", None, "--settings", str(settings_file(folder))) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("place", ["header", "query"])
@pytest.mark.parametrize(("level", "path"), [(level, path) for level, paths in PLACES.items() for path in paths])
def test_each_level_takes_its_own_key_and_the_master_key_and_no_other(keyed: Host, level: str, path: str, place: str):
    opened: set[str | None] = set()
    for name in (None, "wrong", *KEYS):
        key = {} if name is None else {name: KEYS.get(name, "w" * 20)}
        headers = {"x-functions-key": next(iter(key.values()))} if key and place == "header" else {}
        params = {"code": next(iter(key.values()))} if key and place == "query" else {}
        answer = requests.get(keyed.base + path, headers=headers, params=params, timeout=20)
        if answer.status_code != 401:
            opened.add(name)
        else:
            assert answer.content == b""

    assert opened == OPENS[level]


@pytest.mark.slow
def test_the_page_at_the_root_lists_nothing_to_those_without_a_key(keyed: Host):
    assert "keyed" not in requests.get(keyed.base + "/", timeout=20).text


@pytest.mark.slow
def test_the_sdks_own_address_cannot_be_guessed_and_serves_the_app(keyed: Host):
    assert requests.get(keyed.base + "/durabletask/instances", timeout=20).status_code == 404

    answer = requests.post(keyed.base + "/start", headers={"x-functions-key": KEYS["function"]}, timeout=20)

    assert answer.status_code == 202
    followed = requests.get(answer.json()["statusQueryGetUri"], timeout=20)
    assert followed.status_code in (200, 202)
    assert requests.get(answer.json()["statusQueryGetUri"].partition("&code=")[0], timeout=20).status_code == 401


@pytest.mark.slow
def test_no_key_is_in_the_log(keyed: Host):
    assert not any(key in keyed.log for key in KEYS.values())


@pytest.mark.slow
@pytest.mark.parametrize("keys", [{"master": "m" * 20}, {**KEYS, "master": "short"}, {**KEYS, "other": "o" * 20}])
def test_keys_that_are_missing_short_or_unknown_are_refused(tmp_path: Path, keys: dict[str, str]):
    said = refusal(APPS / "keyed", tmp_path / "state", "--settings", str(settings_file(tmp_path, keys)))

    assert "Keys must hold master, function and system" in said


def test_keys_are_not_shown():
    assert "mmmm" not in repr(Keys(**KEYS))
