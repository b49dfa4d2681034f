"""The command line `detective`: `python -m cli --help`."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from cli import campaigns, demo, reconcile
from cli.app_client import KEY_SETTING, URL_SETTING, AppClient, AppError, default_url
from cli.screen import console, show_health
from cli.stack_process import StackError

Command = Callable[[argparse.Namespace], int]


def _app(options: argparse.Namespace) -> AppClient:
    return AppClient(options.url or default_url(), options.key or os.environ.get(KEY_SETTING))


def _print_json(content: Any) -> None:
    sys.stdout.write(json.dumps(content, indent=2, default=str) + "\n")


def _demo(options: argparse.Namespace) -> int:
    plan = demo.Plan(batches=options.batches, events=options.events, seed=options.seed, speed=options.speed)
    return 0 if demo.run_demo(plan) else 1


def _health(options: argparse.Namespace) -> int:
    health = _app(options).get("api/health", accept=(503,))
    if options.json:
        _print_json(health)
    else:
        show_health(health)
    return 0 if health["status"] == "ok" else 1


def _send(options: argparse.Namespace) -> int:
    _print_json(_app(options).post("store-events-producer-fn", {"count": options.count}))
    return 0


def _campaign(options: argparse.Namespace) -> int:
    app = _app(options)
    names = ("name", "batches", "events_per_batch", "interval_seconds", "bad_event_ratio", "seed")
    request = {name: value for name in names if (value := getattr(options, name)) is not None}
    campaign = campaigns.start(app, request)
    if options.json:
        _print_json(campaigns.watch(app, campaign, lambda _: None))
        return 0
    console.print(f"  {campaign}")
    status = campaigns.watch_with_bar(app, campaign)
    totals = status["totals"]
    console.print(f"  {status['phase']}: {totals['sent']:,} sent, {totals['expected_suspicious']:,} must be flagged")
    return 0


def _stop(options: argparse.Namespace) -> int:
    _app(options).post(f"api/campaigns/{options.name}/stop")
    console.print(f"  {options.name} stops after the batch that is being sent")
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    answer, balanced = reconcile.reconcile(_app(options), options)
    if options.json:
        _print_json(answer)
    return 0 if balanced else 1


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    """Reads an option before a stack is started for it. The bounds are the app's."""

    def read(text: str) -> int:
        digits = text.removeprefix("-")
        if not digits.isdecimal() or not least <= (number := int(text)) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least:,} to {most:,}, not {text!r}")
        return number

    return read


def _speed(text: str) -> float:
    """How many of Azure's seconds pass in a second; the bounds are the stack's."""
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1_000:
        raise argparse.ArgumentTypeError(f"must be a number above 0 and at most 1,000, not {text!r}")
    return speed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="detective", description="The fraud pipeline's command line.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--url", help=f"the app's address (default: {URL_SETTING}, or this clone's own)")
    common.add_argument("--key", help=f"a function key, which Azure asks for (default: {KEY_SETTING})")
    common.add_argument("--json", action="store_true", help="print JSON for a script")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Command, text: str, *, local: bool = False) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text, parents=[] if local else [common])
        added.set_defaults(run=run)
        return added

    added = command("demo", _demo, "Run the whole pipeline once on this machine and show its accounts.", local=True)
    for name, kind, default in (
        ("batches", _whole_number(1, 100_000), 100),
        ("events", _whole_number(1, 10_000), 30),
        ("seed", _whole_number(0, 2**53 - 1), 42),
        ("speed", _speed, 60),
    ):
        added.add_argument(f"--{name}", type=kind, default=os.environ.get(name.upper()) or default)
    command("health", _health, "Show whether everything that the app depends on answers.")
    added = command("send", _send, "Send store events to the hub.")
    added.add_argument("--count", type=int, default=30)
    added = command("campaign", _campaign, "Run a load-test campaign and watch it.")
    for name, kind in (("batches", int), ("events-per-batch", int), ("interval-seconds", float)):
        added.add_argument(f"--{name}", type=kind)
    added.add_argument("--bad-event-ratio", type=float)
    added.add_argument("--seed", type=int, help="the same seed gives the same events")
    added.add_argument("--name")
    added = command("stop", _stop, "Stop a campaign in order.")
    added.add_argument("name")
    added = command("reconcile", _reconcile, "Compare the archives; exit code 1 if something does not balance.")
    reconcile.add_options(added)
    return parser


def main() -> int:
    """Run a command. Exit code 0 if all is well, 1 if the accounts say no, 2 if it could not be done."""
    options = _parser().parse_args()
    try:
        return options.run(options)
    except (AppError, StackError) as error:
        console.print(f"[red]detective:[/] {error}", style=None, markup=True)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
