"""Azure on this machine: `local-azure up`, or `python -m local_azure.stack up`.

Starts every part that `local-azure.toml` of the current folder names, prints the addresses, and keeps the parts running
until Ctrl-C. The state survives; `reset` forgets it.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from local_azure.azurite.install import default_folder, install
from local_azure.core import lock
from local_azure.core.clock import SETTING as CLOCK_SETTING
from local_azure.core.figures import SETTING as FIGURES_SETTING
from local_azure.core.process import LOOPBACK, CannotStartError, announce_ready, run
from local_azure.stack import clock_file, kept_files, ports, settings_file
from local_azure.stack.config import Config
from local_azure.stack.config_file import FILE, read_config
from local_azure.stack.configured import configured_parts
from local_azure.stack.supervisor import Supervisor
from local_azure.stack.usage import FILE as USAGE_FILE
from local_azure.stack.usage import UsageKeeper

LOCAL = ".local"
"""The folder beside the configuration that keeps state and settings."""

FIGURES = "figures"
"""The folder beside the settings that says what the parts use and what is asked of them."""

_RUNS = "this clone's stack already runs (process {process}); stop it with Ctrl-C there"


class Places(NamedTuple):
    """The files of a stack: its configuration, the folder of its state, and the settings that it writes."""

    config: Path
    state: Path
    settings: Path


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def up(
    stop: asyncio.Event,
    places: Places,
    speed: float,
    faults_port: int | None = None,
    *,
    not_before: datetime | None = None,
) -> None:
    """Run the stack until `stop` is set. The brokers take faults at `faults_port`, if there is one.

    Azure's time begins at `not_before`, if it would begin earlier.
    """
    config = read_config(places.config)
    state, settings = places.state, places.settings
    os.umask(0o077)  # of all parts too: no other user of the machine reads their files
    last = kept_files.read_ports(state / "ports.json")
    with lock.hold(settings.with_name("stack.lock"), _RUNS), ports.reserved(config.usual_ports, last) as chosen:
        started = time.monotonic()
        await asyncio.to_thread(_make_private, state)
        kept_files.write_ports(state / "ports.json", chosen)
        clock = clock_file.resume(state / "clock", speed, not_before)
        connections = settings_file.connection_settings(config, chosen)
        app_settings = config.functions.settings if config.functions else {}
        keys = kept_files.keys_of(state / "keys.json") if config.functions and config.functions.keys else None
        settings_file.write(settings, {**connections, **app_settings}, chosen.get("functions"), keys)
        figures = settings.with_name(FIGURES)
        await asyncio.to_thread(figures.mkdir, exist_ok=True)
        environment = {CLOCK_SETTING: clock.setting(), FIGURES_SETTING: str(figures), **connections}
        if config.blob:
            # Before its part starts: to fetch it may take longer than a part has to become ready.
            await asyncio.to_thread(install, default_folder())
        _say(f"Azure on this machine, at {speed:g} times real time. State in {_short(state)}.")
        parts = configured_parts(config, state, chosen, settings, faults_port)
        supervisor = Supervisor(parts, environment, state / "logs", lambda line: _say(f"  {line}"))
        keeper = clock_file.Keeper(state / "clock", clock, lambda line: _say(f"  {line}"))
        keep_clock = asyncio.create_task(keeper.run())
        usage = UsageKeeper(figures / USAGE_FILE, state, supervisor.processes)
        keep_usage = asyncio.create_task(usage.run())
        try:
            await supervisor.run(stop, lambda: _say_ready(config, chosen, settings, time.monotonic() - started))
        finally:
            keep_clock.cancel()
            keep_usage.cancel()
            keeper.save()
    _say(f"Stopped. `{config.commands.up}` continues from here; `{config.commands.reset}` forgets it.")


def _make_private(folder: Path) -> None:
    """Make the folder, for its owner only: it holds what the app was sent."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def _say_ready(config: Config, chosen: dict[str, int], settings: Path, seconds: float) -> None:
    lines = {
        title: line.format(**{service: _url(service, port) for service, port in chosen.items()})
        for title, line in config.ready.items()
    }
    if config.functions:
        lines["Functions"] = f"{_url('functions', chosen['functions'])}/"
    lines |= {"Settings": f"{_short(settings)} (for any client or script)", "Stop": "Ctrl-C"}
    _say(f"\nReady in {seconds:.1f} s.\n")
    for title, line in lines.items():
        _say(f"  {title:<15} {line}")
    if moved := ports.moved_functions(config.usual_ports, chosen, config.commands.reset):
        _say(f"\n  {moved}")
    _say("")
    if not sys.stdout.isatty():
        served = {"functions": chosen["functions"]} if config.functions else chosen
        announce_ready("stack", *(f"{service}={LOOPBACK}:{port}" for service, port in served.items()))


def _url(service: str, port: int) -> str:
    return f"http://localhost:{port}" if service in ("functions", "cosmos", "blob") else f"localhost:{port}"


def _short(path: Path) -> str:
    return os.path.relpath(path)


def reset(places: Places) -> None:
    """Forget the state. Raises CannotStartError while a stack runs, or if the folder has no stack."""
    read_config(places.config)
    with lock.hold(places.settings.with_name("stack.lock"), _RUNS):
        shutil.rmtree(places.state, ignore_errors=True)
        shutil.rmtree(places.settings.with_name(FIGURES), ignore_errors=True)
    _say(f"Forgot the state in {_short(places.state)}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-azure", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["up", "reset"])
    parser.add_argument("--config", type=Path, default=Path(FILE), metavar="FILE", help=f"default: ./{FILE}")
    parser.add_argument("--state", type=Path, metavar="DIR", help=f"default: {LOCAL}/state beside the configuration")
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help=f"where to write the settings; default: {LOCAL}/local.settings.json beside the configuration",
    )
    parser.add_argument(
        "--speed", type=float, default=os.environ.get("SPEED") or "1", help="Azure's seconds per real second"
    )
    parser.add_argument(
        "--not-before", type=_moment, metavar="TIME", help="Azure's time begins there, in ISO 8601, or later"
    )
    parser.add_argument(
        "--faults-port", type=int, metavar="N", help="where the brokers take faults on demand; absent: no faults"
    )
    parser.add_argument("--log-level", default="WARNING")
    return parser


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must be a time such as 2026-03-02T18:30Z, not {text[:40]!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def main() -> None:
    """The command line."""
    parser = _parser()
    options = parser.parse_args()
    if not 0 < options.speed <= 1000:
        parser.error("--speed must be above 0 and at most 1000")
    config = options.config.resolve()
    local = config.parent / LOCAL
    places = Places(
        config,
        (options.state or local / "state").resolve(),
        (options.settings or local / "local.settings.json").resolve(),
    )
    if options.action == "up":
        run(
            "stack",
            options.log_level,
            lambda stop: up(stop, places, options.speed, options.faults_port, not_before=options.not_before),
        )
    try:
        reset(places)
    except CannotStartError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
