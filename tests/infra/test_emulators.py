"""Microsoft's emulators as compose.yaml starts them: the same entities, ports and settings as everywhere else."""
# pyright: reportUnknownMemberType=false
# azure-cosmos is typed in part only.

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from azure.cosmos import CosmosClient
from azure.storage.blob import BlobServiceClient

from local_azure.testing import connections, running, stack_settings
from services import names
from services.settings import read_settings
from tests.contract import run
from tests.support.parts import EMULATORS

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = ROOT / "local.settings.json.example"
STACK = ROOT / "local-azure.toml"
VALUES: dict[str, str] = json.loads(EXAMPLE.read_text())["Values"]
EMULATOR_QUEUES = 50
"""Microsoft's "Overview of the Service Bus emulator", usage quotas; so is the hour of time to live below."""


def published(service: str) -> dict[int, int]:
    """Ports of this machine, by the port inside. Raises unless each is on loopback only."""
    ports: dict[int, int] = {}
    for entry in SERVICES[service].get("ports", []):
        address, outside, inside = str(entry).split(":")
        assert address == "127.0.0.1", entry
        ports[int(inside)] = int(outside)
    return ports


def mounted(service: str) -> dict[str, str]:
    """Files of this project by the path inside, all read-only."""
    files: dict[str, str] = {}
    for entry in SERVICES[service]["volumes"]:
        outside, inside, mode = str(entry).rsplit(":", 2)
        assert mode == "ro", entry
        files[inside] = outside
    return files


def test_the_brokers_read_the_entity_files_of_the_local_stack():
    hubs = mounted("event-hubs")["/Eventhubs_Emulator/ConfigFiles/Config.json"]
    queues = mounted("service-bus")["/ServiceBus_Emulator/ConfigFiles/Config.json"]

    assert (ROOT / hubs).resolve() == EMULATORS / "event-hubs.json"
    assert queues == "${SERVICE_BUS_CONFIG:-./infra/emulators/service-bus.json}"


def test_every_emulator_listens_where_the_settings_lead():
    expected = {
        "azurite": {10000: 10000, 10001: 10001, 10002: 10002},
        "event-hubs": {5672: 5672},
        "service-bus": {5672: 5673},
        "cosmos": {8081: 8081, 1234: 1234},
        "sql-server": {},
        "ready": {},
        "scheduler": {8080: 8080, 8082: 8082},
    }
    assert {service: published(service) for service in SERVICES} == expected

    of_the_stack = stack_settings(STACK)
    assert "127.0.0.1:10000" in of_the_stack[names.WAREHOUSE]
    assert "127.0.0.1:5672" in of_the_stack[names.EVENT_HUBS]
    assert "127.0.0.1:5673" in of_the_stack[names.SERVICE_BUS]
    assert "127.0.0.1:8081" in of_the_stack[names.COSMOS]


def test_the_example_has_the_settings_of_the_local_stack_with_the_usual_ports():
    of_the_stack = stack_settings(STACK)
    # The example has another hour, and the emulators know no faster time.
    for name in [name for name in of_the_stack if name == "RECONCILIATION_SCHEDULE" or name.startswith("WATCH_")]:
        del of_the_stack[name]

    assert {name: VALUES[name] for name in of_the_stack if name != names.JOBS_STORAGE} == {
        name: value for name, value in of_the_stack.items() if name != names.JOBS_STORAGE
    }
    # Core Tools' durable extension needs queues and tables too, which our own host does without.
    assert VALUES[names.JOBS_STORAGE].startswith(of_the_stack[names.JOBS_STORAGE])
    assert {"10001", "10002"} <= set(VALUES[names.JOBS_STORAGE].replace("/", ":").split(":"))


def test_the_app_reads_every_setting_of_the_example_and_misses_none():
    read_settings(VALUES)

    connections_of_the_app = {names.JOBS_STORAGE, names.WAREHOUSE, names.EVENT_HUBS, names.SERVICE_BUS, names.COSMOS}
    others = {"FUNCTIONS_WORKER_RUNTIME", "RECONCILIATION_SCHEDULE", "PRODUCER_ANONYMOUS", "API_ROLE"}
    assert VALUES.keys() == connections_of_the_app | others


def test_azurite_is_the_version_that_the_local_stack_installs():
    package = json.loads((run.PACKAGE / "src/local_azure/azurite/package.json").read_text())
    pinned = package["dependencies"]["azurite"]

    assert SERVICES["azurite"]["image"] == f"mcr.microsoft.com/azure-storage/azurite:{pinned}"
    assert "--disableTelemetry" in SERVICES["azurite"]["command"]


def test_every_emulator_has_a_health_check_of_its_own_or_one_that_asks_for_it():
    asked = " ".join(SERVICES["ready"]["healthcheck"]["test"])
    silent = {name for name, service in SERVICES.items() if "healthcheck" not in service and "profiles" not in service}

    answers = re.findall(r"http://([a-z-]+):5300/health|nc -z ([a-z-]+) 8081", asked)
    assert silent == {broker or store for broker, store in answers} == {"event-hubs", "service-bus", "cosmos"}
    assert SERVICES["ready"]["image"] == SERVICES["azurite"]["image"]


def test_every_image_is_pinned_by_its_version():
    tags = {name: str(service["image"]).partition(":")[2] for name, service in SERVICES.items()}

    assert all(re.search(r"\d", tag) for tag in tags.values()), tags


def test_every_image_is_microsofts_and_nobody_accepts_a_licence_for_the_reader():
    assert all(service["image"].startswith("mcr.microsoft.com/") for service in SERVICES.values())
    for service in ("event-hubs", "service-bus", "sql-server"):
        secrets = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
        assert secrets["ACCEPT_EULA"].startswith("${ACCEPT_EULA:?")
        assert secrets.get("MSSQL_SA_PASSWORD", "${MSSQL_SA_PASSWORD:?").startswith("${MSSQL_SA_PASSWORD:?")


def test_every_image_is_a_version_that_stays_what_it_is():
    tags = [service["image"].rpartition(":")[2] for service in SERVICES.values()]

    assert [tag for tag in tags if not any(letter.isdigit() for letter in tag)] == []
    assert not [tag for tag in tags if "latest" in tag or "preview" in tag]


def test_what_waits_for_another_waits_until_it_is_healthy():
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}, name
            assert "healthcheck" in SERVICES[other], other


def test_the_schedulers_emulator_has_the_task_hub_of_host_json_and_starts_on_demand_only():
    scheduler = SERVICES["scheduler"]

    hub = json.loads((ROOT / "host.json").read_text())["extensions"]["durableTask"]["hubName"]
    assert scheduler["environment"]["DTS_TASK_HUB_NAMES"] == hub
    assert scheduler["profiles"] == ["scheduler"]


def test_the_service_bus_emulator_takes_the_queues_of_the_contract_suites(tmp_path: Path):
    file = tmp_path / "service-bus.json"
    write = [sys.executable, "-m", "tests.contract.entities", str(EMULATORS / "service-bus.json"), str(file)]
    subprocess.run(write, cwd=run.PACKAGE, check=True)
    (namespace,) = json.loads(file.read_text())["UserConfig"]["Namespaces"]
    queues = {queue["Name"]: queue["Properties"] for queue in namespace["Queues"]}

    assert names.WINDOW_QUEUE in queues
    assert len(queues) == len(namespace["Queues"]) <= EMULATOR_QUEUES
    assert {properties.get("LockDuration", "PT1M") for properties in queues.values()} == {"PT5S", "PT1M"}
    assert queues[names.WINDOW_QUEUE]["DefaultMessageTimeToLive"] == "PT1H"


def test_the_contract_suites_are_led_by_the_example():
    assert run.environment(EXAMPLE) == {f"CONTRACT_{name}": VALUES[name] for name in run.CONNECTIONS}
    assert [suite for suite in run.SUITES if not (run.PACKAGE / "tests" / suite).exists()] == []


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A settings file that leads to services as empty as the emulators are at their first start."""
    folder = tmp_path_factory.mktemp("emulators")
    entities_of_brokers = [
        f"--{service}-config={EMULATORS / service}.json" for service in ("event-hubs", "service-bus")
    ]
    ports = ("--event-hubs-port=0", "--service-bus-port=0")
    with (
        running("amqp", *entities_of_brokers, *ports, state=folder / "amqp") as amqp,
        running("cosmos", "--port=0", state=folder / "cosmos") as cosmos,
        running("azurite", "--port=0", state=folder / "azurite") as azurite,
    ):
        blobs = connections.blobs(azurite.address("blob"))
        values = {
            names.JOBS_STORAGE: blobs,
            names.WAREHOUSE: blobs,
            names.EVENT_HUBS: connections.namespace(amqp.address("event-hubs")),
            names.SERVICE_BUS: connections.namespace(amqp.address("service-bus")),
            names.COSMOS: connections.cosmos(cosmos.addresses[0].removeprefix("http://").rstrip("/")),
        }
        file = folder / "local.settings.json"
        file.write_text(json.dumps({"IsEncrypted": False, "Values": values}))
        yield file


def prepare(settings: Path) -> None:
    subprocess.run([sys.executable, str(EMULATORS / "prepare.py"), str(settings)], check=True, timeout=60)


@pytest.mark.slow
def test_prepare_creates_what_the_emulators_read_from_no_file(settings: Path):
    values = json.loads(settings.read_text())["Values"]

    # Twice: whoever starts the emulators again runs it again.
    prepare(settings)
    prepare(settings)

    assert containers_of(values[names.COSMOS]) == {names.EVENTS_CONTAINER, names.CASES_CONTAINER}
    with BlobServiceClient.from_connection_string(values[names.WAREHOUSE]) as client:
        made = {container.name for container in client.list_containers()}
    assert made == {
        names.ALL_EVENTS, names.SUSPICIOUS_EVENTS, names.FRAUD_EVENTS, names.QUARANTINE, names.REPORTS,
        names.WORKFLOW_DATA,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.proof
def test_the_stream_job_runs_between_the_services_of_the_settings(settings: Path, tmp_path: Path):
    prepare(settings)
    command = [sys.executable, str(EMULATORS / "run_stream_job.py"), str(settings), "--state", str(tmp_path / "job")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        ready = job.stdout.readline()
        job.terminate()
        assert job.wait(timeout=20) == 0
    assert ready.startswith("ready stream-analytics")


def containers_of(connection: str) -> set[str]:
    database: Any = CosmosClient.from_connection_string(connection).get_database_client(names.DATABASE)
    return {container["id"] for container in database.list_containers()}
