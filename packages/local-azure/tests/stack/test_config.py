"""`local-azure.toml`: the parts that it starts, and the sentences with which it is refused."""

from pathlib import Path

import pytest

from local_azure.core import connections
from local_azure.core.process import CannotStartError
from local_azure.stack.config import Config
from local_azure.stack.config_file import read_config
from local_azure.stack.configured import configured_parts
from local_azure.stack.parts import StackPart
from local_azure.testing.settings import stack_settings

WHOLE = """
[functions]
settings = { SCHEDULE = "0 30 2 * * *" }
[blob]
connections = ["AzureWebJobsStorage", "Archive"]
containers = "containers.json"
[event-hubs]
entities = "hubs.json"
capture = { container = "captured", interval = 60, codec = "deflate", skip-empty = true }
throughput-units = 2
[service-bus]
entities = "queues.json"
[cosmos]
entities = "databases.json"
[stream-analytics]
project = "asaproj.json"
connections = { blob = "Archive" }
[ports]
functions = 7171
[ready]
"Send" = "curl {functions}/send"
"""
FILES = ("containers.json", "hubs.json", "queues.json", "databases.json", "asaproj.json")


def written(folder: Path, text: str) -> Path:
    for name in FILES:
        (folder / name).touch()
    file = folder / "local-azure.toml"
    file.write_text(text)
    return file


def parts_of(config: Config) -> dict[str, StackPart]:
    ports = config.usual_ports
    parts = configured_parts(config, Path("/state"), ports, Path("/settings.json"))
    return {part.name: part for part in parts}


def options_of(part: StackPart) -> dict[str, str]:
    words = [word for word in part.options if word != "--capture-skip-empty"]
    return dict(zip(words[::2], words[1::2], strict=True))


def test_every_part_gets_its_ports_files_and_state(tmp_path: Path):
    config = read_config(written(tmp_path, WHOLE))
    parts = parts_of(config)

    assert list(parts) == ["azurite", "cosmos", "amqp", "stream-analytics", "functions"]
    assert options_of(parts["azurite"]) == {
        "--state": "/state/azurite",
        "--port": "10000",
        "--bootstrap": str(tmp_path / "containers.json"),
    }
    assert options_of(parts["cosmos"])["--bootstrap"] == str(tmp_path / "databases.json")
    assert options_of(parts["amqp"]) == {
        "--state": "/state/amqp",
        "--event-hubs-port": "5672",
        "--service-bus-port": "5673",
        "--event-hubs-config": str(tmp_path / "hubs.json"),
        "--service-bus-config": str(tmp_path / "queues.json"),
        "--throughput-units": "2",
        "--capture-connection": connections.blobs("127.0.0.1:10000"),
        "--capture-container": "captured",
        "--capture-interval": "60",
        "--capture-codec": "deflate",
    }
    assert parts["amqp"].options[-1] == "--capture-skip-empty"
    assert options_of(parts["stream-analytics"]) == {
        "--state": "/state/stream-analytics",
        "--project": str(tmp_path / "asaproj.json"),
        "--event-hubs-connection": "EventHubs",
        "--service-bus-connection": "ServiceBus",
        "--blob-connection": "Archive",
    }
    assert options_of(parts["functions"]) == {
        "--state": "/state/functions",
        "--app": str(tmp_path),
        "--port": "7171",
        "--settings": "/settings.json",
    }


def test_brokers_take_faults_only_where_the_command_line_says_so(tmp_path: Path):
    config = read_config(written(tmp_path, WHOLE))
    given = (config, Path("/state"), config.usual_ports, Path("/settings.json"))
    options = {part.name: options_of(part) for part in configured_parts(*given, 7099)}
    assert {name for name, words in options.items() if "--faults-port" in words} == {"amqp"}
    assert options["amqp"]["--faults-port"] == "7099"
    assert not any("--faults-port" in part.options for part in configured_parts(*given))


def test_a_part_starts_after_those_that_it_needs(tmp_path: Path):
    parts = parts_of(read_config(written(tmp_path, WHOLE)))
    assert {name: part.after for name, part in parts.items()} == {
        "azurite": (),
        "cosmos": (),
        "amqp": ("azurite",),
        "stream-analytics": ("amqp", "azurite"),
        "functions": ("amqp", "azurite", "cosmos"),
    }


def test_a_part_without_a_table_is_not_started_and_not_waited_for(tmp_path: Path):
    config = read_config(written(tmp_path, '[service-bus]\nentities = "queues.json"\n[functions]\n'))
    parts = parts_of(config)
    assert {name: part.after for name, part in parts.items()} == {"amqp": (), "functions": ("amqp",)}
    assert "--event-hubs-config" not in parts["amqp"].options
    assert config.usual_ports == {"functions": 7071, "service-bus": 5673}


def test_the_settings_lead_to_every_service_under_each_of_its_names(tmp_path: Path):
    assert stack_settings(written(tmp_path, WHOLE)) == {
        "AzureWebJobsStorage": connections.blobs("127.0.0.1:10000"),
        "Archive": connections.blobs("127.0.0.1:10000"),
        "EventHubs": connections.namespace("127.0.0.1:5672"),
        "ServiceBus": connections.namespace("127.0.0.1:5673"),
        "Cosmos": connections.cosmos("127.0.0.1:8081"),
        "SCHEDULE": "0 30 2 * * *",
    }


def test_an_app_may_lie_in_a_folder_of_its_own(tmp_path: Path):
    (tmp_path / "app").mkdir()
    config = read_config(written(tmp_path, '[functions]\napp = "app"\n'))
    assert options_of(parts_of(config)["functions"])["--app"] == str(tmp_path / "app")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "names no part"),
        ("[functions", "is not valid TOML"),
        ("[fuctions]", "fuctions"),
        ("[blob]\nport = 1", "port"),
        ('folder = "x"', "folder"),
        ("[service-bus]", "entities"),
        ('[service-bus]\nentities = "none.json"', r"\[service-bus\] entities: the file .*none\.json does not exist"),
        ('[functions]\napp = "nowhere"', r"\[functions\] app: the folder .*nowhere does not exist"),
        ("[cosmos]\n[ports]\nblob = 1", r"\[ports\] names blob, but there is no table \[blob\]"),
        ("[cosmos]\n[ports]\nkosmos = 1", "kosmos"),
        ("[cosmos]\n[ports]\ncosmos = 70000", "70000 is not a port"),
        ("[cosmos]\n[blob]\n[ports]\ncosmos = 1000\nblob = 1000", "share the port 1000"),
        ('[cosmos]\n[ports]\ncosmos = "8081"', "Expected `int`"),
        ('[cosmos]\nconnections = ["A"]\n[blob]\nconnections = ["A"]', "the connection setting A leads to two places"),
        ('[cosmos]\n[functions]\nsettings = { Cosmos = "x" }', "sets Cosmos, which is a connection of the stack"),
        ('[event-hubs]\nentities = "hubs.json"\ncapture = { container = "c" }', r"add a table \[blob\]"),
        ('[event-hubs]\nentities = "hubs.json"\nthroughput-units = 41', "`int` <= 40 - at `.*throughput-units`"),
        ('[cosmos]\n[ready]\n"Go" = "{functions}"', r"\[ready\] Go: 'functions'"),
    ],
)
def test_a_file_that_cannot_be_started_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, text: str, complaint: str
):
    file = written(tmp_path, text)
    with pytest.raises(CannotStartError, match=complaint) as refusal:
        read_config(file)
    assert str(file) in str(refusal.value)
