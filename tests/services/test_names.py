"""The names in `services/names.py` are those that the emulators, the stream job and the triggers go by."""

from pathlib import Path
from typing import Any

import msgspec

from services import names
from tests.support.app_index import indexed_functions

ROOT = Path(__file__).parents[2]


def read(path: str) -> Any:
    return msgspec.json.decode((ROOT / path).read_bytes())


def test_the_event_hubs_emulator_has_the_hub_and_its_groups():
    (namespace,) = read("infra/emulators/event-hubs.json")["UserConfig"]["NamespaceConfig"]
    hubs = {hub["Name"]: {group["Name"] for group in hub["ConsumerGroups"]} for hub in namespace["Entities"]}

    assert hubs == {names.EVENT_HUB: {names.ARCHIVER_GROUP, names.STREAM_ANALYTICS_GROUP}}


def test_the_service_bus_emulator_has_the_queue():
    (namespace,) = read("infra/emulators/service-bus.json")["UserConfig"]["Namespaces"]

    assert [queue["Name"] for queue in namespace["Queues"]] == [names.WINDOW_QUEUE]


def test_the_cosmos_bootstrap_has_the_containers_and_their_partition_key():
    (database,) = read("infra/emulators/cosmos.json")["databases"]
    containers = {container["id"]: container["partitionKey"] for container in database["containers"]}

    assert database["id"] == names.DATABASE
    assert containers == {
        names.EVENTS_CONTAINER: names.ARCHIVE_KEY_PATH,
        names.CASES_CONTAINER: names.CASES_KEY_PATH,
    }


def test_the_storage_bootstrap_has_the_blob_containers():
    warehouse = [names.ALL_EVENTS, names.SUSPICIOUS_EVENTS, names.FRAUD_EVENTS, names.QUARANTINE, names.REPORTS]

    assert read("infra/emulators/storage.json") == {
        names.WAREHOUSE: warehouse,
        names.JOBS_STORAGE: [names.WORKFLOW_DATA],
    }


def test_the_stream_job_reads_the_hub_and_writes_to_the_queue_and_the_container():
    source = read("stream_analytics/Inputs/events.json")["EventHubProperties"]
    blobs = read("stream_analytics/Outputs/suspicious-events.json")["BlobStorageProperties"]
    queue = read("stream_analytics/Outputs/suspicious-windows.json")["ServiceBusQueueProperties"]

    assert (source["EventHubName"], source["ConsumerGroupName"]) == (names.EVENT_HUB, names.STREAM_ANALYTICS_GROUP)
    assert (blobs["Container"], queue["QueueName"]) == (names.SUSPICIOUS_EVENTS, names.WINDOW_QUEUE)


def test_the_triggers_read_the_hub_and_the_queue_over_the_apps_connections():
    hub = indexed_functions()["archive-events"].trigger
    queue = indexed_functions()["analyze-suspicious-windows"].trigger

    assert (hub["eventHubName"], hub["connection"]) == (names.EVENT_HUB, names.EVENT_HUBS)
    assert (queue["queueName"], queue["connection"]) == (names.WINDOW_QUEUE, names.SERVICE_BUS)
