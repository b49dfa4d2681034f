"""Problems that are refused when an app is indexed, and by whom: each problem names its function."""

# pyright: reportUnknownMemberType=false
# The SDK's decorators carry few annotations.

import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from local_azure.core.process import CannotStartError
from local_azure.functions_host.host import Host
from local_azure.functions_host.host_json import HostConfig
from local_azure.functions_host.indexing.catalogue import build_catalogue
from local_azure.functions_host.invocation.invoker import Invoker
from local_azure.functions_host.invocation.user_loop import UserLoop


def refused(app: func.FunctionApp, tmp_path: Path) -> str:
    """The reason why a host of this app does not start."""
    with pytest.raises(CannotStartError) as caught:
        Host(build_catalogue(app.get_functions(), tmp_path, None), HostConfig(), Invoker(UserLoop(), None), tmp_path)
    return str(caught.value)


def _unbound(request: func.HttpRequest) -> str:
    return str(request)


def _number(req: int) -> str:
    return str(req)


def _out_without_binding(req: func.HttpRequest, answer: func.Out[str]) -> str:
    return str((req, answer))


def _maybe(req: func.HttpRequest) -> str | None:
    return str(req)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_maybe, "return annotation"),
        (_unbound, "request have no binding"),
        (_number, "does not fit a httpTrigger"),
        (_out_without_binding, "answer have no binding"),
    ],
)
def test_a_signature_that_does_not_fit_its_bindings(function: Callable[..., Any], words: str, tmp_path: Path):
    app = func.FunctionApp()
    app.route("x")(function)
    assert f"function {function.__name__}: " in (said := refused(app, tmp_path))
    assert words in said


@pytest.mark.parametrize("route", ["a{", "{a}{b}"])
def test_a_route_that_cannot_be_read(route: str, tmp_path: Path):
    app = func.FunctionApp()

    @app.route(route)
    def x(req: func.HttpRequest) -> str:
        return str(req)

    assert f"function {x._function.get_function_name()}: " in refused(app, tmp_path)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [("* * *", "six"), ("0 0 0 30 2 *", "never"), ("%NOWHERE%", "'NOWHERE'"), ("00:00:00", "above 0")],
)
def test_a_schedule_that_cannot_be_kept(schedule: str, words: str, tmp_path: Path):
    app = func.FunctionApp()

    @app.timer_trigger("timer", schedule=schedule)
    def nightly(timer: func.TimerRequest) -> None: ...

    assert nightly
    assert words in refused(app, tmp_path)


def test_triggers_and_bindings_that_are_not_supported(tmp_path: Path):
    app = func.FunctionApp()

    @app.queue_trigger("message", "queue", "Storage")
    def from_queue(message: func.QueueMessage) -> None: ...

    @app.route("x")
    @app.queue_output("out", "queue", "Storage")
    def to_queue(req: func.HttpRequest, out: func.Out[str]) -> str:
        return str((req, out))

    @app.service_bus_topic_trigger("message", "ServiceBus", "topic", "subscription")
    def from_topic(message: func.ServiceBusMessage) -> None: ...

    assert all((from_queue, to_queue, from_topic))
    said = refused(app, tmp_path)
    assert "function from_queue: its trigger queueTrigger is not supported here" in said
    assert "function to_queue: its output binding out of type queue is not supported here" in said
    assert "function from_topic: Service Bus topics are not supported here" in said


def test_annotations_that_azures_worker_refuses(tmp_path: Path):
    app = func.FunctionApp()

    @app.event_hub_message_trigger("events", "Hubs", "hub", cardinality="many")
    def take(events: list[func.EventHubEvent]) -> None: ...

    assert take
    assert "typing.List" in refused(app, tmp_path)


def test_connections_that_are_missing_or_malformed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = func.FunctionApp()

    @app.event_hub_message_trigger("events", "Hubs", "hub", cardinality="many")
    def take(events: typing.List[func.EventHubEvent]) -> None: ...  # noqa: UP006

    assert take
    functions = build_catalogue(app.get_functions(), tmp_path, None)

    def said() -> str:
        with pytest.raises(CannotStartError) as caught:
            Host(functions, HostConfig(), Invoker(UserLoop(), None), tmp_path)
        return str(caught.value)

    assert "'Hubs' is missing: set Hubs to a connection string, or Hubs__fullyQualifiedNamespace" in said()
    monkeypatch.setenv("Hubs__fullyQualifiedNamespace", "shop.servicebus.windows.net")
    monkeypatch.delenv("AzureWebJobsStorage", raising=False)
    assert "function take: the connection setting 'AzureWebJobsStorage' is missing" in said()
    monkeypatch.setenv("AzureWebJobsStorage", "somewhere")
    assert "function take: the connection setting 'AzureWebJobsStorage' cannot be used: " in said()
    monkeypatch.setenv("Hubs", "Endpoint=sb://shop")
    assert "function take: the connection setting 'Hubs' cannot be used: " in said()


@pytest.mark.parametrize("delay", ["soon", None])
def test_a_retry_policy_that_cannot_be_read(delay: str | None, tmp_path: Path):
    app = func.FunctionApp()

    @app.timer_trigger("timer", schedule="0 * * * * *")
    @app.retry(strategy="fixed_delay", max_retry_count="1", delay_interval=delay)
    def nightly(timer: func.TimerRequest) -> None: ...

    assert nightly
    assert "function nightly: its retry policy" in refused(app, tmp_path)


def test_host_json_may_name_only_functions_that_exist(tmp_path: Path):
    app = func.FunctionApp()

    @app.route("x")
    def x(req: func.HttpRequest) -> str:
        return str(req)

    assert x
    with pytest.raises(CannotStartError, match="nobody"):
        build_catalogue(app.get_functions(), tmp_path, ["nobody"])
