"""For the tests of an app: real local parts, a task hub in the test's own process, and replay of recorded histories.

A test of an app needs the names of this module only:

    from local_azure.testing import RunningHub, connections, running

    def test_the_app_writes_to_the_queue(tmp_path):
        config = ("--service-bus-config", "local/service-bus.json")
        with running("amqp", *config, state=tmp_path / "amqp") as amqp:
            connection = connections.namespace(amqp.address("service-bus"))
            ...  # Microsoft's own SDK, or the app itself, with this connection string

| to | use |
|---|---|
| start a part as a process of its own | `running`, `Part` |
| lead an SDK there | `connections` |
| let Azure's time pass faster | `Clock`, `CLOCK_SETTING` |
| see which rights an app needs, from what it asked the parts for | `OPERATIONS_SETTING`, `read_operations`, `Operation` |
| know the settings that the stack of a `local-azure.toml` writes | `stack_settings` |
| run orchestrators with activities that the test makes up | `RunningHub` |
| record a history; replay it against today's code, in other orders too | `record`, `Recording`, `assert_replays`, `assert_order_does_not_matter` |
| run the query of a Stream Analytics project without a broker | `StreamQuery` |
| run a stream job between real brokers | `stream_job_parts`, `send_events`, `QueueReceiver`, `blob_rows`, `wait_for_blob_rows` |
| load the app under Microsoft's own Python worker | `azure_worker` |
| run the app on Microsoft's own Durable extension | `DurableHost`, `azurite_services` |
| stand in for a web service | `serving` |
| import only the files that can hold a test that `-m` chooses | `-p local_azure.testing.marked_files` |
| fuzz a reader or a server, repeatably | `fuzz`, `Fuzzed`, `Chance`, `watched`, `fuzz_command` |

Each name is imported when it is first used, so that a test loads the SDKs that it needs and no others.
"""  # noqa: E501 - a table

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_azure.core import connections
    from local_azure.core.clock import SETTING as CLOCK_SETTING
    from local_azure.core.clock import Clock
    from local_azure.core.operations import SETTING as OPERATIONS_SETTING
    from local_azure.core.operations import Operation, read_operations
    from local_azure.testing import azure_worker
    from local_azure.testing.chance import Chance
    from local_azure.testing.durable_host import DurableHost, azurite_services, durable_host_program
    from local_azure.testing.fuzz_suite import fuzz_command
    from local_azure.testing.fuzzing import Fuzzed, Try, fuzz
    from local_azure.testing.parts import Part, running
    from local_azure.testing.recording import record
    from local_azure.testing.replay import Recording, assert_order_does_not_matter, assert_replays
    from local_azure.testing.running_hub import RunningHub
    from local_azure.testing.sdk_worker import SdkWorker
    from local_azure.testing.settings import stack_settings
    from local_azure.testing.stream_job import (
        QueueReceiver,
        StreamJobParts,
        blob_rows,
        free_port,
        send_events,
        stream_job_parts,
        wait_for_blob_rows,
    )
    from local_azure.testing.stream_query import Arrival, QueryResult, QueryRow, StreamQuery, read_bodies
    from local_azure.testing.watching import watched
    from local_azure.testing.web import serving

__all__ = [
    "CLOCK_SETTING",
    "OPERATIONS_SETTING",
    "Arrival",
    "Chance",
    "Clock",
    "DurableHost",
    "Fuzzed",
    "Operation",
    "Part",
    "QueryResult",
    "QueryRow",
    "QueueReceiver",
    "Recording",
    "RunningHub",
    "SdkWorker",
    "StreamJobParts",
    "StreamQuery",
    "Try",
    "assert_order_does_not_matter",
    "assert_replays",
    "azure_worker",
    "azurite_services",
    "blob_rows",
    "connections",
    "durable_host_program",
    "free_port",
    "fuzz",
    "fuzz_command",
    "read_bodies",
    "read_operations",
    "record",
    "running",
    "send_events",
    "serving",
    "stack_settings",
    "stream_job_parts",
    "wait_for_blob_rows",
    "watched",
]

_MODULES = {
    "local_azure.core.clock": ("Clock",),
    "local_azure.core.operations": ("Operation", "read_operations"),
    "local_azure.testing.chance": ("Chance",),
    "local_azure.testing.fuzz_suite": ("fuzz_command",),
    "local_azure.testing.fuzzing": ("Fuzzed", "Try", "fuzz"),
    "local_azure.testing.durable_host": ("DurableHost", "azurite_services", "durable_host_program"),
    "local_azure.testing.parts": ("Part", "running"),
    "local_azure.testing.recording": ("record",),
    "local_azure.testing.replay": ("Recording", "assert_order_does_not_matter", "assert_replays"),
    "local_azure.testing.running_hub": ("RunningHub",),
    "local_azure.testing.sdk_worker": ("SdkWorker",),
    "local_azure.testing.settings": ("stack_settings",),
    "local_azure.testing.stream_job": (
        "QueueReceiver",
        "StreamJobParts",
        "blob_rows",
        "free_port",
        "send_events",
        "stream_job_parts",
        "wait_for_blob_rows",
    ),
    "local_azure.testing.stream_query": ("Arrival", "QueryResult", "QueryRow", "StreamQuery", "read_bodies"),
    "local_azure.testing.watching": ("watched",),
    "local_azure.testing.web": ("serving",),
}
_PLACES = {name: (module, name) for module, names in _MODULES.items() for name in names} | {
    "CLOCK_SETTING": ("local_azure.core.clock", "SETTING"),
    "OPERATIONS_SETTING": ("local_azure.core.operations", "SETTING"),
    "azure_worker": ("local_azure.testing.azure_worker", ""),
    "connections": ("local_azure.core.connections", ""),
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute) if attribute else import_module(module)
