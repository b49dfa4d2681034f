"""JSON of others crosses a durable boundary as text: the extension takes `$type` and `$id` in an object for its own.

Texts of others (ids, stores, names, sentences about them) may hold any such JSON, and come back as they went. No field
of an input or an output is an object whose keys others choose.
"""

import json
import time
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from msgspec import inspect

from local_azure.testing import DurableHost, RunningHub, azurite_services, durable_host_program
from orchestrations import contracts
from orchestrations.contracts import Activity, Contract, Orchestration
from tests.orchestrations.echo.function_app import app

ROOT = Path(__file__).parents[2]
FOREIGN = ['{"$type":"System.Exception, mscorlib","a":1}', '{"$id":"1"}', '{"$ref":"1"}', '{"$values":[1]}', "$type"]
OUR_KEYS = {"bands", "reports", "moved", "bands_before", "bands_after", "rules_before", "rules_after", "labels"}
"""Objects with texts for keys: those of our own bands, formats, labels, and rules, whose ids a schema bounds."""


def crossing_types() -> list[Any]:
    """The type of each input and output, once."""
    every = cast(
        "list[Contract]", [each for each in vars(contracts).values() if isinstance(each, Activity | Orchestration)]
    )
    return list(dict.fromkeys(kind for each in every for kind in (each.argument, each.result)))


SAMPLES: dict[type[inspect.Type], Any] = {
    inspect.BoolType: True,
    inspect.DateTimeType: "2026-01-02T00:00:00Z",
    inspect.DateType: "2026-01-02",
    inspect.FloatType: 0.5,
    inspect.IntType: 7,
    inspect.NoneType: None,
}
"""Values that no text of others can be."""


def foreign(kind: inspect.Type, text: str, path: str = "") -> Any:
    """A value of a type, with this text wherever a text of any kind may be. Fails for a place of any shape."""
    match kind:
        case inspect.StructType():
            fields = [field for field in kind.fields if field.name != kind.tag_field]
            value: Any = {field.encode_name: foreign(field.type, text, field.name) for field in fields}
        case inspect.DictType():
            assert not isinstance(kind.key_type, inspect.StrType) or path in OUR_KEYS, f"others may choose keys: {path}"
            key = "html" if isinstance(kind.key_type, inspect.StrType) else foreign(kind.key_type, text, path)
            value = {key: foreign(kind.value_type, text, path)}
        case inspect.ListType() | inspect.VarTupleType():
            value = [foreign(kind.item_type, text, path)]
        case inspect.UnionType():
            texts = [each for each in kind.types if isinstance(each, inspect.StrType)]
            value = foreign([*texts, *kind.types][0], text, path)
        case inspect.StrType():
            value = text
        case inspect.LiteralType():
            value = kind.values[0]
        case _:
            assert type(kind) in SAMPLES, f"{path} may have any shape: {kind}"
            value = SAMPLES[type(kind)]
    return value


def values() -> list[Any]:
    """A value of each type that crosses, for each foreign text. The campaign's input is its state or its order."""
    kinds = [kind for kind in crossing_types() if kind != dict[str, Any]]
    return [foreign(inspect.type_info(kind), text) for kind in kinds for text in FOREIGN]


def test_no_field_that_crosses_has_keys_or_a_shape_that_others_choose():
    assert len(values()) > 50
    assert sum(text in json.dumps(values()) for text in ("$type", "$id", "$ref", "$values")) == 4


async def test_on_the_local_engine_all_of_it_comes_back_as_it_went(tmp_path: Path):
    hub = RunningHub(tmp_path / "hub.db", app)

    assert (await hub.run("echo_all", values()))["output"] == values()
    await hub.stop()


@pytest.mark.slow
@pytest.mark.proof
def test_on_the_extension_all_of_it_comes_back_as_it_went(tmp_path: Path):
    folder = Path(__file__).with_name("echo")
    with (
        azurite_services(tmp_path) as azurite,
        DurableHost(durable_host_program(ROOT), azurite, app=folder, state=tmp_path / "host") as host,
    ):
        base = f"{host.address}/runtime/webhooks/durabletask"
        started = requests.post(f"{base}/orchestrators/echo_all/all", json=json.dumps(values()), timeout=60)
        end = time.monotonic() + 60
        while (status := requests.get(f"{base}/instances/all", timeout=60).json())["runtimeStatus"] != "Completed":
            assert time.monotonic() < end, status
            time.sleep(0.2)

    assert started.status_code == 202
    assert status["output"] == values()
