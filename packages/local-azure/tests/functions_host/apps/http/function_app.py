"""HTTP functions of every kind, for the host's tests."""

import asyncio
import json
import time
from typing import Any, cast

import azure.functions as func

# pyright: reportUnknownMemberType=false

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
blueprint = func.Blueprint()


def described(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with what the function was given."""
    content = {
        "method": request.method,
        "url": request.url,
        "params": dict(request.params),
        "route_params": dict(request.route_params),
        "headers": {name: request.headers[name] for name in request.headers if name.startswith("x-")},
        "body": request.get_body().decode("latin-1"),
    }
    return func.HttpResponse(json.dumps(content), mimetype="application/json")


@app.route("echo")
def echo(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@app.route("items/{id:int}", methods=["GET", "DELETE"])
async def item(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@app.route("files/{*rest}", methods=["GET"])
async def files(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@app.route("optional/{name?}", methods=["GET"])
async def optional(req: func.HttpRequest) -> func.HttpResponse:
    return described(req)


@blueprint.route("from-blueprint", auth_level=func.AuthLevel.ANONYMOUS)
def from_blueprint(req: func.HttpRequest) -> str:
    return "blueprint"


@app.route("form", methods=["POST"])
def form(req: func.HttpRequest) -> str:
    return json.dumps(
        {"form": dict(req.form), "files": {name: each.read().decode() for name, each in req.files.items()}}
    )


@app.route("answer", methods=["GET"])
def answer(req: func.HttpRequest) -> func.HttpResponse:
    headers = {"X-Answer": "42", "Set-Cookie": "session=abc; Path=/; HttpOnly"}
    return func.HttpResponse(bytes(range(256)), status_code=201, headers=headers, mimetype="application/octet-stream")


@app.route("fails", methods=["GET"])
def fails(req: func.HttpRequest) -> str:
    raise ValueError("out of stock")


@app.route("exits", methods=["GET"])
def exits(req: func.HttpRequest) -> str:
    raise SystemExit(3)


@app.route("returns-nothing", methods=["GET"])
def returns_nothing(req: func.HttpRequest) -> str:
    return cast(str, None)


@app.route("blocks-the-loop", methods=["GET"])
async def blocks_the_loop(req: func.HttpRequest) -> str:
    time.sleep(float(req.params["seconds"]))  # noqa: ASYNC251 - the mistake that the host must survive
    return "done"


@app.route("waits", methods=["GET"])
async def waits(req: func.HttpRequest) -> str:
    await asyncio.sleep(float(req.params["seconds"]))
    return "done"


@app.route("sleeps", methods=["GET"])
def sleeps(req: func.HttpRequest) -> str:
    time.sleep(float(req.params["seconds"]))
    return "done"


@app.route("context", methods=["GET"])
def context_of(req: func.HttpRequest, context: func.Context) -> str:
    trace: Any = context.trace_context  # the SDK's type has one of the two spellings
    return json.dumps(
        {
            "function_name": context.function_name,
            "invocation_id": context.invocation_id,
            "trace_parent": context.trace_context.trace_parent,
            "traces": [trace.Traceparent, trace.Tracestate],
            "trace_attributes": trace.Attributes,
            "thread_local": vars(context.thread_local_storage)["invocation_id"],
            "retry_count": context.retry_context.retry_count,
        }
    )


@app.route("out", methods=["GET"])
@app.generic_output_binding("response", type="http")
def with_out(req: func.HttpRequest, response: func.Out[func.HttpResponse]) -> str:
    response.set(func.HttpResponse("unused"))
    return "returned"


app.register_functions(blueprint)
