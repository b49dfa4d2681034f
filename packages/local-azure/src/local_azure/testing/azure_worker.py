"""Loads and calls an app under Microsoft's own Python worker library, as a deployed app is loaded.

`azure-functions-runtime` is the worker's code without its process: it takes the messages of the host as objects. What
it refuses here, a deployment would refuse. It declares Python 3.13, where Azure builds it in; the same wheel runs on
3.11. It is internal, so it stays out of the virtual environment: `make setup-dev` installs it, as pinned by
`requirements/worker.txt`. It keeps its functions in globals and imports the app as `function_app`, so each app has a
process of its own.

    from local_azure.testing import azure_worker

    def test_the_app_loads_on_azure():
        loaded = azure_worker.load(Path("my-app"), settings={"EventHubs": "..."})
        assert loaded.error is None
        assert loaded.triggers["take-order"] == "httpTrigger"
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingImports=false
# The library has no annotations, and is installed apart.

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

_LIBRARY = Path(".local/tools/azure-functions-worker")
"""Where `make setup-dev` installs the worker, seen from the folder in which the tests run."""


class Loaded(msgspec.Struct, frozen=True):
    """The worker's account of an app: its functions with their triggers' types, or why it does not load."""

    triggers: dict[str, str]
    error: str | None
    answers: list[str | None]
    """The result of each call: text or JSON, `{status} {body}` for HTTP, None for nothing. A failure raises instead."""


class Call(msgspec.Struct, frozen=True):
    """A call: the function, its trigger's parameter, and the trigger's data as the worker's kind of datum."""

    function: str
    parameter: str
    kind: str
    value: Any
    metadata: dict[str, Any] = {}


def load(app: Path, settings: dict[str, str] | None = None, calls: list[Call] | None = None) -> Loaded:
    """Load the app under Microsoft's worker in a process of its own and make the calls. Raises if the process fails."""
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(app)],
        input=msgspec.json.encode(calls or []),
        capture_output=True,
        check=False,
        timeout=60,
        cwd=app,
        env=os.environ | (settings or {}) | {"PYTHONPATH": str(_LIBRARY.resolve())},
    )
    if ended.returncode:
        raise AssertionError(ended.stderr.decode())
    return msgspec.json.decode(ended.stdout.splitlines()[-1], type=Loaded)


_PROGRAM = "from local_azure.testing.azure_worker import main; main()"


def main() -> None:
    """The process of its own: the app's folder as argument, calls on standard input, one line of JSON as the answer."""
    calls = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Call])
    app = Path(sys.argv[1])
    # The worker has the app's root last on its path, and nothing of this project before it.
    sys.path[:] = [entry for entry in sys.path if entry]
    sys.path.append(str(app))
    loaded = asyncio.run(_load(app, calls))
    sys.stdout.write("\n" + msgspec.json.encode(loaded).decode() + "\n")


async def _load(app: Path, calls: list[Call]) -> Loaded:
    from azure_functions_runtime import (  # noqa: PLC0415 - in the process of its own only
        functions_metadata_request,
        start_threadpool_executor,
        worker_init_request,
    )

    start_threadpool_executor()
    init = SimpleNamespace(capabilities={}, function_app_directory=str(app))
    started = await worker_init_request(
        SimpleNamespace(request=SimpleNamespace(worker_init_request=init), properties={"host": "", "protos": _PROTOS})
    )
    if started.result.status == _PROTOS.StatusResult.Failure:
        return Loaded({}, f"{started.result.exception.message}\n{started.result.exception.stack_trace}", [])
    listed = await functions_metadata_request(None)
    functions = {function.name: function for function in listed.function_metadata_results or []}
    triggers = {name: _trigger_of(function.raw_bindings) for name, function in functions.items()}
    return Loaded(triggers, None, [await _call(functions[call.function].function_id, call) for call in calls])


def _trigger_of(raw_bindings: list[str]) -> str:
    types = [str(json.loads(binding)["type"]) for binding in raw_bindings]
    return next(each for each in types if each.endswith("Trigger"))


async def _call(function_id: str, call: Call) -> str | None:
    from azure_functions_runtime.native_invocation import invocation_request_native  # noqa: PLC0415

    metadata = {name: _datum("json", json.dumps(value)) for name, value in call.metadata.items()}
    succeeded, answer, _, message, trace = await invocation_request_native(
        "invocation", function_id, [(call.parameter, _datum(call.kind, call.value))], metadata
    )
    if not succeeded:
        raise AssertionError(f"{call.function}: {message}\n{trace}")
    if answer is None or answer.value is None:
        return None
    if answer.type == "http":
        return f"{answer.value['status_code'].value} {answer.value['body'].value.decode()}"
    return str(answer.value)


def _datum(kind: str, value: Any) -> Any:
    from azure_functions_runtime.bindings.datumdef import Datum  # noqa: PLC0415

    if kind == "collection_bytes":
        return Datum(SimpleNamespace(bytes=[text.encode() for text in value]), kind)
    if kind != "http":
        return Datum(value, kind)
    text = {name: {key: Datum(each, "string") for key, each in value.get(name, {}).items()} for name in _HTTP_MAPS}
    plain = {name: Datum(value.get(name, default), "string") for name, default in _HTTP_TEXTS.items()}
    return Datum({**text, **plain, "body": Datum(value.get("body", "").encode(), "bytes")}, kind)


_HTTP_MAPS = ("headers", "params", "query")
_HTTP_TEXTS = {"method": "GET", "url": "http://localhost/"}


class _BindingInfo(SimpleNamespace):
    undefined, inout, out = -1, 2, 1


class _StatusResult(SimpleNamespace):
    Failure, Success = 0, 1


class _Protos:
    """The messages that the worker builds, as plain objects."""

    BindingInfo = _BindingInfo
    StatusResult = _StatusResult

    def __getattr__(self, name: str) -> type:
        return type(name, (SimpleNamespace,), {})


_PROTOS = _Protos()
