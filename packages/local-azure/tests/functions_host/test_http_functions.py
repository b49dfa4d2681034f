"""HTTP functions, called over HTTP."""

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.functions_host.hosting import Host, host, until

pytestmark = pytest.mark.slow


def call(running: Host, path: str, method: str = "GET", **options: Any) -> requests.Response:
    return requests.request(method, running.base + path, timeout=20, **options)


def test_a_function_is_given_the_request_as_azure_gives_it(http_host: Host):
    answer = call(http_host, "/echo?a=1&b=x%20y&a=2&empty=", "PUT", data=b"\x00\xff", headers={"X-One": "1"}).json()
    assert answer["method"] == "PUT"
    assert answer["url"] == http_host.base + "/echo?a=1&b=x%20y&a=2&empty="
    assert answer["params"] == {"a": "1,2", "b": "x y"}
    assert answer["headers"]["x-one"] == "1"
    assert answer["body"] == "\x00\xff"


def test_route_parameters_reach_the_function(http_host: Host):
    assert call(http_host, "/items/7").json()["route_params"] == {"id": "7"}
    assert call(http_host, "/files/a/b%20c").json()["route_params"] == {"rest": "a/b c"}
    assert call(http_host, "/files/a%0Ab/c%0D").json()["route_params"] == {"rest": "a\nb/c\r"}
    assert call(http_host, "/optional").json()["route_params"] == {}
    assert call(http_host, "/optional/me").json()["route_params"] == {"name": "me"}


def test_blueprints_are_part_of_the_app(http_host: Host):
    answer = call(http_host, "/from-blueprint")
    assert (answer.status_code, answer.text) == (200, "blueprint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_form_and_its_files_are_read(http_host: Host):
    answer = call(http_host, "/form", "POST", data={"k": "v"}, files={"f": ("f.txt", b"content")}).json()
    assert answer == {"form": {"k": "v"}, "files": {"f": "content"}}


def test_bytes_headers_and_cookies_come_back(http_host: Host):
    answer = call(http_host, "/answer")
    assert (answer.status_code, answer.content) == (201, bytes(range(256)))
    assert answer.headers["X-Answer"] == "42"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.cookies["session"] == "abc"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/items/seven", 404), ("PATCH", "/items/7", 405), ("GET", "//echo", 404)],
)
def test_a_request_for_no_function_is_answered_with_a_problem(http_host: Host, method: str, path: str, status: int):
    answer = call(http_host, path, method)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["status"] == status
    if status == 405:
        assert answer.headers["Allow"] == "DELETE, GET"


@pytest.mark.parametrize("path", ["/fails", "/exits", "/returns-nothing"])
def test_a_failing_function_answers_500_with_the_invocation_that_the_log_explains(http_host: Host, path: str):
    answer = call(http_host, path)
    assert answer.status_code == 500
    assert "out of stock" not in answer.text
    assert answer.json()["invocationId"] in http_host.log


def test_the_log_shows_the_traceback_of_the_app(http_host: Host):
    call(http_host, "/fails")
    assert 'raise ValueError("out of stock")' in http_host.log


def test_a_function_knows_its_invocation(http_host: Host):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = call(http_host, "/context", headers={"traceparent": parent}).json()
    assert answer["function_name"] == "context_of"
    assert answer["trace_parent"] == parent
    assert answer["traces"] == [parent, ""]
    assert answer["trace_attributes"] == {}
    assert answer["thread_local"] == answer["invocation_id"]


def test_a_function_that_blocks_its_loop_delays_no_other(http_host: Host):
    with ThreadPoolExecutor(1) as threads:
        blocking = threads.submit(call, http_host, "/blocks-the-loop?seconds=4")
        time.sleep(0.2)
        assert call(http_host, "/echo").status_code == 200
        assert call(http_host, "/admin/host/ping").status_code == 200
        assert not blocking.done()
        assert blocking.result().text == "done"


def test_sync_and_async_functions_run_at_once(http_host: Host):
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        paths = ["/sleeps?seconds=3", "/waits?seconds=3"] * 3
        assert [each.text for each in threads.map(partial(call, http_host), paths)] == ["done"] * 6
    assert time.monotonic() - began < 15, "one after the other they take 18 s"


def test_the_admin_api_lists_the_functions(http_host: Host):
    functions = {each["name"]: each for each in call(http_host, "/admin/functions").json()}
    assert functions["item"]["invoke_url_template"] == http_host.base + "/items/{id:int}"
    assert functions["item"]["config"]["bindings"][0]["type"] == "httpTrigger"
    assert call(http_host, "/admin/host/status").json()["state"] == "Running"
    assert "from_blueprint" in call(http_host, "/").text
    assert f"item: [GET,DELETE] {http_host.base}/items/{{id:int}}" in http_host.log


def test_only_timers_run_by_hand(http_host: Host):
    assert call(http_host, "/admin/functions/echo", "POST", json={}).status_code == 400
    assert call(http_host, "/admin/functions/nobody", "POST", json={}).status_code == 404


def _app(folder: Path, http: dict[str, Any]) -> Path:
    """An app with one function, which begins a file `naps` and returns once there is a file `wake`."""
    folder.mkdir()
    (folder / "function_app.py").write_text(
        "import pathlib, time\nimport azure.functions as func\napp = func.FunctionApp()\n"
        "FOLDER = pathlib.Path(__file__).parent\n"
        "@app.route('nap')\ndef nap(req: func.HttpRequest) -> str:\n    (FOLDER / 'naps').touch()\n"
        "    while not (FOLDER / 'wake').exists():\n        time.sleep(0.02)\n    return 'rested'\n"
    )
    (folder / "host.json").write_text(json.dumps({"version": "2.0", "extensions": {"http": http}}))
    return folder


def test_host_json_sets_prefix_headers_and_how_many_requests_may_wait(tmp_path: Path, state: Path):
    options = {"routePrefix": "shop", "maxOutstandingRequests": 2, "maxConcurrentRequests": 1}
    app = _app(tmp_path / "app", {**options, "customHeaders": {"X-Shop": "7"}})
    with host(app, state) as running, ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(call, running, "/shop/nap") for _ in range(4)]
        until(lambda: sum(each.done() for each in asked) == 2)
        (app / "wake").touch()
        answers = [each.result() for each in asked]
        assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429]
        assert {answer.headers["X-Shop"] for answer in answers} == {"7"}
        assert call(running, "/api/nap").status_code == 404


def test_what_runs_may_end_when_the_host_is_stopped(tmp_path: Path, state: Path):
    app = _app(tmp_path / "app", {})
    with host(app, state) as running, ThreadPoolExecutor(1) as threads:
        resting = threads.submit(call, running, "/api/nap")
        until((app / "naps").exists)
        os.kill(running.part.pid, signal.SIGTERM)
        time.sleep(0.2)  # it has been told by now
        (app / "wake").touch()
        assert resting.result().text == "rested"


def test_a_function_that_never_returns_does_not_keep_the_host(tmp_path: Path, state: Path):
    (app := tmp_path / "app").mkdir()
    (app / "function_app.py").write_text(
        "import time\nimport azure.functions as func\napp = func.FunctionApp()\n"
        "@app.route('stuck')\ndef stuck(req: func.HttpRequest) -> str:\n    time.sleep(3600)\n    return 'never'\n"
    )
    (app / "host.json").write_text('{"version": "2.0", "functionTimeout": "00:00:01"}')
    with host(app, state) as running:
        assert call(running, "/api/stuck").status_code == 500
        assert "exceeded functionTimeout" in running.log
    assert running.part.exit_code == 0


WSGI = """
import azure.functions as func
def application(environ, start):
    start("201 Created", [("Content-Type", "text/plain"), ("X-Framework", "wsgi")])
    return [environ["PATH_INFO"].encode()]
app = func.WsgiFunctionApp(application)
"""
ASGI = """
import azure.functions as func
async def application(scope, receive, send):
    await receive()
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        return
    await send({"type": "http.response.start", "status": 201, "headers": [(b"x-framework", b"asgi")]})
    await send({"type": "http.response.body", "body": scope["path"].encode()})
app = func.AsgiFunctionApp(application)
"""


@pytest.mark.parametrize(("code", "framework"), [(WSGI, "wsgi"), (ASGI, "asgi")])
def test_a_web_framework_answers_every_path(tmp_path: Path, state: Path, code: str, framework: str):
    (app := tmp_path / "app").mkdir()
    (app / "function_app.py").write_text(code)
    (app / "host.json").write_text('{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}')
    with host(app, state, {"AzureWebJobsDisableHomepage": "true"}) as running:
        for path in ("/", "/some/path"):
            answer = call(running, path)
            assert (answer.status_code, answer.text, answer.headers["X-Framework"]) == (201, path, framework)


def test_a_function_that_owns_the_root_answers_there(tmp_path: Path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "host.json").write_text('{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}')
    (tmp_path / "app" / "function_app.py").write_text(
        "import azure.functions as func\n"
        "app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)\n"
        '@app.route("/")\n'
        'def home(req: func.HttpRequest) -> str:\n    return "mine"\n'
    )
    with host(tmp_path / "app", tmp_path / "functions") as running:
        assert call(running, "/").text == "mine"
