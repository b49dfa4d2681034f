import json
import os
import socket
import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local_azure.core import lock
from local_azure.core.clock import Clock
from local_azure.core.process import LOOPBACK, CannotStartError
from local_azure.stack import clock_file, kept_files, ports, settings_file
from local_azure.stack.__main__ import Places, reset
from local_azure.stack.config import Blob, Config, Cosmos, EventHubs, Ports, ServiceBus


def test_a_port_that_is_taken_is_replaced_by_a_free_one():
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        usual = Ports()
        wanted = {"functions": taken.getsockname()[1], "blob": usual.blob, "cosmos": usual.cosmos}
        with ports.reserved(wanted) as chosen:
            assert chosen["functions"] != wanted["functions"]
            assert len(set(chosen.values())) == len(wanted)


def test_two_stacks_that_start_at_once_share_no_port_though_none_listens_yet():
    wanted = {"functions": 7071, "blob": 10000, "event-hubs": 5672}
    with ports.reserved(wanted) as first, ports.reserved(wanted) as second:
        assert not set(first.values()) & set(second.values())


def test_a_usual_port_of_0_takes_any_free_one():
    with ports.reserved({"functions": 0, "blob": 0}) as chosen:
        assert 0 not in chosen.values()
        assert len(set(chosen.values())) == 2


def test_a_lock_is_waited_for_while_its_holder_ends(tmp_path: Path):
    held = lock.hold(tmp_path / "lock", "taken")
    threading.Timer(0.3, held.close).start()

    lock.hold(tmp_path / "lock", "taken", patience=10).close()


def test_azures_time_never_goes_backwards_from_one_run_to_the_next(tmp_path: Path):
    fast = Clock(real_origin=time.time() - 3600, azure_origin=time.time() - 3600, speed=60)
    clock_file.save(tmp_path / "clock", fast)
    before = fast.timestamp()
    assert clock_file.resume(tmp_path / "clock", speed=1).timestamp() > before


def test_azures_time_begins_where_it_is_told_to_unless_it_is_later_already(tmp_path: Path):
    now = datetime.now(UTC)
    tonight = now + timedelta(hours=5)

    begun = clock_file.resume(tmp_path / "clock", 60, tonight)
    clock_file.save(tmp_path / "clock", begun)

    assert 0 <= begun.timestamp() - tonight.timestamp() < 60
    assert clock_file.resume(tmp_path / "clock", 60, now).timestamp() > tonight.timestamp()
    assert clock_file.resume(tmp_path / "other", 60, now - timedelta(days=1)).timestamp() >= now.timestamp()


@pytest.mark.parametrize("text", ["", "\n", "soon", "nan", "inf", "-1", "1e300"])
def test_a_clock_that_somebody_has_damaged_is_refused_with_what_to_do(tmp_path: Path, text: str):
    (tmp_path / "clock").write_text(text)

    with pytest.raises(CannotStartError, match=r"clock does not hold Azure's time any more.*forget the whole state"):
        clock_file.resume(tmp_path / "clock", speed=1)


def test_a_disk_that_is_full_is_told_once_and_azures_time_is_kept_again_later(tmp_path: Path):
    said: list[str] = []
    keeper = clock_file.Keeper(tmp_path / "clock", Clock(time.time(), time.time() + 3_600, 1), said.append)
    (tmp_path / "clock.draft").mkdir()  # nobody can write there, not even root

    keeper.save()
    keeper.save()
    (tmp_path / "clock.draft").rmdir()
    keeper.save()
    keeper.save()

    assert [line.partition(":")[0] for line in said] == ["Azure's time cannot be kept", "Azure's time is kept again."]
    assert clock_file.resume(tmp_path / "clock", speed=1).timestamp() > time.time() + 3_500


def test_a_first_run_starts_at_real_time(tmp_path: Path):
    assert clock_file.resume(tmp_path / "clock", speed=60).timestamp() == pytest.approx(time.time(), abs=5)


def test_the_settings_file_has_the_shape_that_core_tools_read(tmp_path: Path):
    chosen = {"functions": 7171, "event-hubs": 1, "service-bus": 2, "cosmos": 3, "blob": 4}
    config = Config(
        blob=Blob(connections=("AzureWebJobsStorage", "Archive")),
        event_hubs=EventHubs(entities=Path()),
        service_bus=ServiceBus(entities=Path()),
        cosmos=Cosmos(),
    )
    settings_file.write(tmp_path / "local.settings.json", settings_file.connection_settings(config, chosen), 7171)
    written = json.loads((tmp_path / "local.settings.json").read_text())
    assert written["IsEncrypted"] is False
    assert written["Host"] == {"LocalHttpPort": 7171}
    assert written["Values"]["EventHubs"].startswith("Endpoint=sb://127.0.0.1:1;")
    assert written["Values"]["Cosmos"].startswith("AccountEndpoint=http://127.0.0.1:3/;")
    assert {"AzureWebJobsStorage", "Archive", "ServiceBus"} <= written["Values"].keys()


def test_the_state_of_a_stack_that_runs_is_not_forgotten(tmp_path: Path):
    state, settings = tmp_path / "state", tmp_path / "local.settings.json"
    state.mkdir()
    (tmp_path / "local-azure.toml").write_text("[cosmos]\n")
    places = Places(tmp_path / "local-azure.toml", state, settings)
    with lock.hold(tmp_path / "stack.lock", "taken"):
        with pytest.raises(CannotStartError, match=rf"already runs \(process {os.getpid()}\)"):
            reset(places)
        assert state.exists()
    reset(places)
    assert not state.exists()


def test_the_ports_of_the_last_run_are_taken_again(tmp_path: Path):
    wanted = {"functions": 0, "blob": 0}
    with ports.reserved(wanted) as first:
        kept_files.write_ports(tmp_path / "ports.json", first)
    with ports.reserved(wanted, kept_files.read_ports(tmp_path / "ports.json")) as second:
        assert second == first
        with ports.reserved(wanted, first) as third:
            assert not set(third.values()) & set(first.values())


def test_a_stack_that_does_not_answer_at_the_usual_port_says_so_and_where_it_does():
    usual = {"functions": 7071, "blob": 10000}

    assert ports.moved_functions(usual, {"functions": 49547, "blob": 10000}, "make reset") == (
        "7071 was taken: this stack is at http://localhost:49547, until `make reset`."
    )
    assert ports.moved_functions(usual, {"functions": 7071, "blob": 50841}, "make reset") == ""
    assert ports.moved_functions({"functions": 0}, {"functions": 49547}, "make reset") == ""
    assert ports.moved_functions({"blob": 10000}, {"blob": 10000}, "make reset") == ""


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path):
    keys = kept_files.keys_of(tmp_path / "keys.json")

    assert keys == kept_files.keys_of(tmp_path / "keys.json")
    assert len(set(keys.values())) == 3
    settings_file.write(tmp_path / "local.settings.json", {}, 7071, keys)
    assert json.loads((tmp_path / "local.settings.json").read_text())["Keys"] == keys
    for file in ("keys.json", "local.settings.json"):
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600


@pytest.mark.parametrize("read", [kept_files.read_ports, kept_files.keys_of])
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, read: Callable[[Path], object]):
    (tmp_path / "kept.json").write_text("[")

    with pytest.raises(CannotStartError, match=r"kept\.json is broken: delete it"):
        read(tmp_path / "kept.json")
