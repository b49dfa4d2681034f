"""The roles that the code's calls need are exactly the roles that Bicep grants, and docs/azure.md names them."""

import json

import pytest

from services import names
from tests.infra import facts
from tests.infra.calls import BLOB_WRITES, READER, SOME_CONTAINER, called, container_roles, sdk_calls
from tests.infra.compiler import compiler
from tests.infra.deployment import MAIN, ROOT, deploy
from tests.infra.grants import Grant, documented_grants, grants_of
from tests.infra.rules import OPTIONS
from tests.infra.template import modules_of

_HUB, _QUEUE, _DATABASE = f"hub {names.EVENT_HUB}", f"queue {names.WINDOW_QUEUE}", f"database {names.DATABASE}"
CALLS = {
    "event_hub_message_trigger": ("Azure Event Hubs Data Receiver", _HUB),
    "EventHubConsumerClient": ("Azure Event Hubs Data Receiver", _HUB),
    "EventHubProducerClient": ("Azure Event Hubs Data Sender", _HUB),
    "service_bus_queue_trigger": ("Azure Service Bus Data Receiver", _QUEUE),
    "get_queue_receiver": ("Azure Service Bus Data Receiver", _QUEUE),
    "get_queue_sender": ("Azure Service Bus Data Sender", _QUEUE),
    **dict.fromkeys(
        ("peek_messages", "receive_messages", "complete_message", "abandon_message"),
        ("Azure Service Bus Data Receiver", _QUEUE),
    ),
    "create_batch": ("Azure Event Hubs Data Sender", _HUB),
    "get_eventhub_properties": ("Azure Event Hubs Data Sender", _HUB),
    "get_partition_ids": ("Azure Event Hubs Data Sender", _HUB),
    "get_partition_properties": ("Azure Event Hubs Data Sender", _HUB),
    "send_batch": ("Azure Event Hubs Data Sender", _HUB),
    **dict.fromkeys(
        (
            *("create_item", "execute_item_batch", "query_items", "read", "read_item", "read_items", "replace_item"),
            "upsert_item",
            *("read_feed_ranges", "feed_range_from_partition_key"),  # both read metadata
        ),
        ("Cosmos DB Built-in Data Contributor", _DATABASE),
    ),
}
"""Calls of the SDKs and the triggers, with the role that each needs."""
BLOB_READS = {
    *("download_blob", "exists", "get_blob_properties", "get_container_properties"),
    *("list_blob_names", "list_blobs", "walk_blobs"),
}
"""The calls for which *Storage Blob Data Reader* is enough; the container that is read is told by its name."""
OPENS = {
    "close",
    "flush",  # of a file: no producer here keeps events back
    "from_connection_string",
    "get_blob_client",
    "get_container_client",
    "get_database_client",
    "is_feed_range_subset",
}
"""Calls that ask nothing of the service."""
HOST = {
    ("Storage Blob Data Owner", "account stapp"),  # leases, checkpoints, packages, and the app's own `workflow-data`
    ("Storage Queue Data Contributor", "account stapp"),  # the durable task hub
    ("Storage Table Data Contributor", "account stapp"),  # the durable task hub
    ("Monitoring Metrics Publisher", "Application Insights"),
}
"""The roles that the Functions host itself needs, whatever the code calls (Microsoft, "Identity-based connections")."""


def test_the_app_has_the_roles_that_its_calls_need_and_no_other():
    needed = {CALLS[name] for name in called() & CALLS.keys()}
    needed |= {(role, f"container {container}") for container, role in container_roles().items()}

    granted = {(grant.role, grant.scope) for grant in grants_of(deploy()) if grant.identity == "function-app"}
    assert granted == needed | HOST


def test_every_call_of_an_sdk_is_known_here():
    """A new one needs a role to be looked up for it: above, or among the writes of blobs in calls.py."""
    assert sdk_calls() - CALLS.keys() == BLOB_READS | BLOB_WRITES | OPENS


def test_the_code_writes_to_no_container_that_only_a_variable_names():
    roles = container_roles()

    assert SOME_CONTAINER not in roles
    assert roles[names.ALL_EVENTS] == READER


def test_the_stream_job_and_capture_have_what_their_inputs_and_outputs_need_and_no_other():
    deployment = deploy()
    job = {
        Grant("stream-job", "Azure Event Hubs Data Receiver", _HUB),
        Grant("stream-job", "Azure Service Bus Data Sender", _QUEUE),
        Grant("stream-job", "Storage Blob Data Contributor", f"container {names.SUSPICIOUS_EVENTS}"),
    }
    capture = {Grant("capture", "Storage Blob Data Contributor", f"container {names.ALL_EVENTS}")}

    assert {grant for grant in grants_of(deployment) if grant.identity in ("stream-job", "capture")} == job | capture
    assert len(deployment.of(f"{facts.JOB}/inputs")) + len(deployment.of(f"{facts.JOB}/outputs")) == len(job)


@pytest.mark.parametrize("people", [True, False])
def test_whoever_deploys_may_set_capture_up(people: bool):
    """ "Capture events through Azure Event Hubs": else the hub is refused, whatever identity Capture itself has."""
    grants = {grant for grant in grants_of(deploy(peopleAccess=people)) if grant.identity == "deployer"}

    assert grants == {Grant("deployer", "Storage Blob Data Contributor", "account stwh")}


def test_the_hub_waits_for_what_event_hubs_asks_of_whoever_deploys():
    """And so that the role has minutes to arrive, for what takes as long beside it."""
    modules = modules_of(compiler().template(ROOT / MAIN))
    waits = " ".join(modules["ingest"]["dependsOn"])

    assert "'deployer-access'" in waits
    assert "'cosmos'" in waits
    assert "capture-set-up" in modules_of(modules["deployer-access"]["properties"]["template"])
    assert "'deployer-access'" not in " ".join(modules["cosmos"]["dependsOn"])


def test_the_table_in_the_documents_is_what_is_granted():
    assert documented_grants() == grants_of(deploy(**OPTIONS))


def test_role_ids_are_those_that_azure_publishes():
    assert set(json.loads((ROOT / "infra" / "roles.json").read_text()).values()) == facts.ROLES.keys()
