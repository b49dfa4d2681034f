"""The app as otherwise only a deployment would show it: under the worker library that runs it on Azure."""

import json
from pathlib import Path

import pytest

from local_azure.testing.azure_worker import Call, Loaded, load
from tests.conftest import APP_SETTINGS
from tests.support.app_index import indexed_functions

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "tests" / "orchestrations" / "histories" / "window_all_found.json"


def _first_episode() -> str:
    payload = json.loads(RECORDING.read_bytes())["payload"]
    return json.dumps(payload | {"history": payload["history"][:2]})


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    """The worker library's view of the app: its functions, a request for 0 events, an orchestration's start."""
    producer = Call("store-events-producer-fn", "request", "http", {"query": {"count": "0"}})
    workflow = Call("analyze_window", "context", "string", _first_episode())
    return load(ROOT, APP_SETTINGS, [producer, workflow])


def test_it_indexes_the_same_functions_with_the_same_triggers(loaded: Loaded):
    assert loaded.error is None
    assert loaded.triggers == {name: function.trigger["type"] for name, function in indexed_functions().items()}


def test_it_calls_an_http_function(loaded: Loaded):
    status, _, body = str(loaded.answers[0]).partition(" ")

    assert (status, json.loads(body)["field"]) == ("400", "count")


def test_it_runs_the_first_episode_of_a_workflow(loaded: Loaded):
    actions = str(json.loads(str(loaded.answers[1]))["actions"])

    assert actions.count("'functionName': 'judge_events'") == 5
