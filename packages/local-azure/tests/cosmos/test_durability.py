"""Acknowledged writes survive the death of the process; a start creates what is asked for and keeps what exists."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError
from azure.cosmos import CosmosClient
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.aio import CosmosClient as AioCosmosClient

from local_azure.core.connections import COSMOS_KEY
from local_azure.core.packing import SAMPLES
from tests.cosmos.running import Cosmos

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_only")]

BOOTSTRAP = Path(__file__).parents[1] / "data" / "entities" / "cosmos.json"


async def write_until_killed(part: Cosmos) -> tuple[list[str], list[list[str]]]:
    """Create items and batches from many tasks, kill the part in the middle; what was acknowledged."""
    singles: list[str] = []
    batches: list[list[str]] = []

    async def write_singles(container: ContainerProxy, writer: int) -> None:
        for number in range(10_000):
            name = f"s{writer}-{number}"
            await container.create_item({"id": name, "store_id": "7"})
            singles.append(name)

    async def write_batches(container: ContainerProxy, writer: int) -> None:
        for number in range(10_000):
            names = [f"b{writer}-{number}-{place}" for place in range(20)]
            operations = [("create", ({"id": name, "store_id": "7"},)) for name in names]
            await container.execute_item_batch(operations, partition_key="7")
            batches.append(names)

    async with AioCosmosClient(part.endpoint, COSMOS_KEY, retry_total=0) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        kinds = (write_singles, write_batches)
        writers = [asyncio.create_task(write(container, number)) for number in range(4) for write in kinds]
        while len(singles) < 200 or len(batches) < 20:
            await asyncio.sleep(0.01)
        part.kill()
        for writer in writers:
            writer.cancel()
        results = await asyncio.gather(*writers, return_exceptions=True)
        assert all(isinstance(result, AzureError | asyncio.CancelledError) for result in results)
    return singles, batches


async def test_every_acknowledged_write_survives_kill_9_and_no_batch_is_torn(state: Path) -> None:
    singles, batches = await write_until_killed(Cosmos(state, "--bootstrap", str(BOOTSTRAP)))
    part = Cosmos(state)
    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        kept = {str(name) for name in container.query_items("SELECT VALUE c.id FROM c", partition_key="7")}
    assert part.stop() == 0
    assert kept.issuperset(singles)
    assert kept.issuperset(name for names in batches for name in names)
    torn = {name.rsplit("-", 1)[0] for name in kept if name.startswith("b")}
    assert all(f"{batch}-{place}" in kept for batch in torn for place in range(20))


@pytest.mark.parametrize("acknowledged", [SAMPLES - 1, SAMPLES, SAMPLES + 1, 3 * SAMPLES])
async def test_documents_are_whole_after_kill_9_while_the_dictionary_is_made(state: Path, acknowledged: int) -> None:
    part = Cosmos(state, "--bootstrap", str(BOOTSTRAP))
    written: dict[str, str] = {}

    async def write(container: ContainerProxy, writer: int) -> None:
        for number in range(10_000):
            name = f"{writer}-{number}"
            await container.create_item({"id": name, "store_id": "7", "text": f"written by {writer}, then {number}"})
            written[name] = f"written by {writer}, then {number}"
            if len(written) >= acknowledged:
                part.kill()

    async with AioCosmosClient(part.endpoint, COSMOS_KEY, retry_total=0) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        await asyncio.gather(*(write(container, number) for number in range(8)), return_exceptions=True)
    part = Cosmos(state)
    with CosmosClient(part.endpoint, COSMOS_KEY) as client:
        container = client.get_database_client("fraud").get_container_client("events")
        kept = {each["id"]: each["text"] for each in container.query_items("SELECT * FROM c", partition_key="7")}
    assert part.stop() == 0
    assert len(written) >= acknowledged
    assert kept.items() >= written.items()


def test_the_bootstrap_creates_what_is_absent_and_keeps_what_is_there(state: Path) -> None:
    for expected in (0, 1):
        part = Cosmos(state, "--bootstrap", str(BOOTSTRAP))
        with CosmosClient(part.endpoint, COSMOS_KEY) as client:
            database = client.get_database_client("fraud")
            properties = {each["id"]: each for each in database.list_containers()}
            assert sorted(properties) == ["cases", "events"]
            assert properties["events"]["defaultTtl"] == 30 * 24 * 3600
            assert "defaultTtl" not in properties["cases"]
            cases = database.get_container_client("cases")
            assert len(list(cases.read_all_items())) == expected
            cases.upsert_item({"id": "kept", "store_id": "7"})
        assert part.stop() == 0


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("{", [], "bootstrap file"),
        (json.dumps({"databases": [{"id": "d", "containers": [{"id": "c"}]}]}), [], "partitionKey"),
        (json.dumps({"databases": [{"id": "a/b"}]}), [], "The input name is invalid"),
        (json.dumps({"databases": [], "sidecars": 1}), [], "sidecars"),
        (json.dumps({"databases": []}), ["--account-key", "not base64!"], "base64"),
        (json.dumps({"databases": []}), ["--throttle-rate", "2"], "throttle_rate"),
    ],
)
def test_a_start_that_cannot_be_says_why(state: Path, content: str, options: list[str], reason: str) -> None:
    file = state.parent / "bootstrap.json"
    file.write_text(content)
    command = [sys.executable, "-m", "local_azure.cosmos", "--state", str(state), "--port", "0"]
    ended = subprocess.run(
        [*command, "--bootstrap", str(file), *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert reason in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port_is_named(state: Path) -> None:
    part = Cosmos(state)
    port = part.endpoint.rstrip("/").rsplit(":", 1)[1]
    command = [sys.executable, "-m", "local_azure.cosmos", "--state", str(state.parent / "other"), "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    part.stop()
    assert ended.returncode == 2
    assert "port is taken" in ended.stderr


def test_a_container_with_another_partition_key_is_refused_with_what_to_do(state: Path) -> None:
    file = state.parent / "bootstrap.json"
    for path, code in (("/store_id", 0), ("/archive_key", 2)):
        containers = [{"id": "events", "partitionKey": path}]
        file.write_text(json.dumps({"databases": [{"id": "fraud", "containers": containers}]}))
        if code == 0:
            assert Cosmos(state, "--bootstrap", str(file)).stop() == 0
            continue
        command = [sys.executable, "-m", "local_azure.cosmos", "--state", str(state), "--port", "0"]
        ended = subprocess.run(
            [*command, "--bootstrap", str(file)], capture_output=True, text=True, timeout=60, check=False
        )
        assert ended.returncode == code
        assert "exists with the partition key /store_id" in ended.stderr
        assert "make reset" in ended.stderr
