"""A whole run needs every role that Bicep grants, and no other: what the local parts have noted against the grants.

Queues and tables of the task hub, and telemetry, are Azure's alone: the local engine keeps its state elsewhere.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.eventhub import EventData, EventHubProducerClient
from azure.storage.blob import BlobServiceClient

from cli import repairs
from cli.app_client import AppClient
from cli.demo import DemoPlan, settle, start
from cli.reconciliations import start as start_reconciliation
from cli.reconciliations import wait
from cli.stack_process import running_stack
from local_azure.testing import OPERATIONS_SETTING, read_operations
from reconciliation.messages import Outcome
from services import names
from tests.infra.deployment import deploy
from tests.infra.grants import Grant, grants_of
from tests.infra.operations import ACTIONS, DEPLOYMENT, Use, uses, without_a_role, without_a_use
from tests.infra.whole_run import pass_the_night, work_at_the_desk

PLAN = DemoPlan(batches=24, events=25, interval_seconds=30, seed=11, speed=60)
OF_THE_APP = ("function-app", "stream-job", "capture")
ONLY_ON_AZURE = {
    "Storage Queue Data Contributor",
    "Storage Table Data Contributor",
    "Monitoring Metrics Publisher",
}


def grants() -> set[Grant]:
    return {grant for grant in grants_of(deploy()) if grant.identity in OF_THE_APP}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> set[Use]:
    """A campaign with its windows, its reconciliation, a repair of what was lost, a night, and people at the desk."""
    grants()  # without a compiler there is nothing to hold a run of a minute to
    folder = tmp_path_factory.mktemp("run")
    notes = folder / "notes"
    notes.mkdir()
    settings = folder / "local.settings.json"
    evening = datetime.now(UTC).replace(hour=23, minute=20) + timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OPERATIONS_SETTING, str(notes))
        with running_stack(folder / "state", PLAN.speed, print, settings, not_before=evening) as stack:
            app = AppClient(stack.url, patience=60)
            _, outcome = settle(app, PLAN, start(app, PLAN))
            send_what_is_no_event(settings)
            lose_a_blob_of(names.SUSPICIOUS_EVENTS, settings)
            lose_a_blob_of(names.FRAUD_EVENTS, settings)
            again = reconcile_again(app, outcome.id)
            assert not again.balanced
            repairs.run(app, again.id, dry_run=False, quiet=True)
            assert pass_the_night(app).balanced
            work_at_the_desk(app, connection_of(settings, "ServiceBus"))
    return uses(read_operations(notes))


def reconcile_again(app: AppClient, run: str) -> Outcome:
    report = json.loads(app.get_bytes(f"api/reports/{run}/report.json"))
    return wait(app, start_reconciliation(app, report["from"], report["to"], again=True), lambda _: None)


def connection_of(settings: Path, name: str) -> str:
    return json.loads(settings.read_text())["Values"][name]


def send_what_is_no_event(settings: Path) -> None:
    connection = connection_of(settings, "EventHubs")
    with EventHubProducerClient.from_connection_string(
        connection, eventhub_name=names.EVENT_HUB, user_agent=DEPLOYMENT
    ) as producer:
        producer.send_event(EventData(b"[]"))


def lose_a_blob_of(container: str, settings: Path) -> None:
    connection = connection_of(settings, "Warehouse")
    with BlobServiceClient.from_connection_string(connection, user_agent=DEPLOYMENT) as account:
        blobs = account.get_container_client(container)
        blobs.delete_blob(max(blobs.list_blob_names()))


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_is_done_without_a_role(used: set[Use]):
    assert without_a_role(used, grants()) == set()


@pytest.mark.proof
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_role_is_granted_that_nothing_needs(used: set[Use]):
    assert without_a_use(used, grants()) == set()


def test_only_roles_of_what_the_local_parts_lack_are_left_out():
    assert {grant.role for grant in grants()} - ACTIONS.keys() == ONLY_ON_AZURE


def test_a_right_that_nobody_granted_is_found():
    use = Use("capture", "blobs/write", f"container {names.ALL_EVENTS}")
    reader = Grant("capture", "Storage Blob Data Reader", f"container {names.ALL_EVENTS}")

    assert without_a_role({use}, {reader}) == {use}


def test_a_role_larger_than_its_use_is_found():
    use = Use("capture", "blobs/read", f"container {names.ALL_EVENTS}")
    contributor = Grant("capture", "Storage Blob Data Contributor", f"container {names.ALL_EVENTS}")

    assert without_a_use({use}, {contributor}) == {contributor}
