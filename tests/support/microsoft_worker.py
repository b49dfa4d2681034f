"""Index and call the app under Microsoft's own Python worker library, the one that runs it on Azure.

A process of its own, with the library on its path: `python -m tests.support.microsoft_worker APP`. It writes what it
found as JSON: `{"failure": text | null, "functions": {name: bindings}, "calls": {...}}`.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingImports=false
# The library is internal, not typed, and not among this project's packages.

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from azure.functions.meta import Datum
from azure_functions_runtime import handle_event
from azure_functions_runtime.native_invocation import invocation_request_native
from azure_functions_runtime.utils.threadpool import start_threadpool_executor


class Protos:
    """What the library takes from the host's protobuf module: a few constants, and messages that only hold fields."""

    class BindingInfo(SimpleNamespace):
        """A binding, and the numbers of its directions."""

        inout, out = 2, 1
        Direction = DataType = SimpleNamespace(Name=str, Value=int)

    class StatusResult(SimpleNamespace):
        """Whether the app could be indexed."""

        Success, Failure = "success", "failure"

    def __getattr__(self, name: str) -> type:
        """Every other message."""
        return type(name, (SimpleNamespace,), {})


setattr(Protos.BindingInfo, "in", 0)


async def inspect(app: Path) -> dict[str, Any]:
    """Index the app as the worker does, and call one door and one workflow of it."""
    start_threadpool_executor()
    init = SimpleNamespace(capabilities={}, function_app_directory=str(app))
    request = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=init), properties={"host": "127.0.0.1", "protos": Protos()}
    )
    answer = await handle_event.worker_init_request(request)
    if answer.result.status != "success":
        return {"failure": answer.result.exception.message, "functions": {}, "calls": {}}
    functions = {one.name: one for one in handle_event._metadata_result or []}
    return {
        "failure": None,
        "functions": {name: [json.loads(raw) for raw in one.raw_bindings] for name, one in functions.items()},
        "calls": {
            "producer": await _call_producer(functions["store-events-producer-fn"].function_id),
            "analyze_window": await _call_workflow(functions["analyze_window"].function_id),
        },
    }


async def _call(function_id: str, parameter: str, kind: str, value: Any) -> Any:
    ok, answer, _, failure, trace = await invocation_request_native(
        "invocation", function_id, [(parameter, Datum(value, kind))], {}
    )
    return answer.value if ok else {"failure": failure, "trace": trace}


async def _call_producer(function_id: str) -> Any:
    """Ask for 0 events, which needs no service: `{"status": ..., "body": ...}`."""
    text = {"method": "GET", "url": "http://localhost/store-events-producer-fn?count=0"}
    request = {name: Datum(value, "string") for name, value in text.items()}
    request |= {"headers": {}, "params": {}, "query": {"count": Datum("0", "string")}, "body": Datum(b"", "bytes")}
    answer = await _call(function_id, "request", "http", request)
    if "failure" in answer:
        return answer
    return {"status": answer["status_code"].value, "body": json.loads(answer["body"].value)}


async def _call_workflow(function_id: str) -> Any:
    """The first episode of a window's analysis: the actions it answers with."""
    recording = Path(__file__).parents[1] / "orchestrations" / "histories" / "window_all_found.json"
    payload = json.loads(recording.read_bytes())["payload"]
    first_episode = payload | {"history": payload["history"][:2]}
    answer = await _call(function_id, "context", "string", json.dumps(first_episode))
    return answer if isinstance(answer, dict) else json.loads(answer)["actions"]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(inspect(Path(sys.argv[1])))) + "\n")
