"""`detective send`: a few events by the producer, or a plan by processes of this machine."""

import argparse
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cli import screen
from cli.app_client import AppError, app_of
from cli.campaign_files import CampaignFileError, read_campaign_file
from cli.campaign_tapes import play
from cli.options import number, whole_number
from cli.screen import progress, say
from cli.stack_process import LOCAL_SETTINGS, ROOT
from cli.stack_settings import read_settings
from fraud.desk.plurals import counted
from fraud.load.plan import problems

if TYPE_CHECKING:
    from cli.sending.order import SendingOrder
    from cli.sending.workers import SendState

FOLDER = ROOT / ".local" / "sends"
SEND = "Send store events to the hub: a few by the producer, or a campaign's load by processes of this machine."
_MOST_BY_PRODUCER, _MOST = 10_000, 10_000_000
_DEFAULT_COUNT = 30
_SHOWN_BEHIND = 1.0
_NO_FILE = Path("the options")


def add_send(parser: argparse.ArgumentParser) -> None:
    """The options of the command that sends."""

    def run(options: argparse.Namespace) -> int:
        if options.file and (options.rate or options.count):
            parser.error("a file has its own rates and counts: leave --rate and --count out")
        if options.file or options.rate or options.workers:
            return _send_by_workers(options)
        count = options.count or _DEFAULT_COUNT
        if count > _MOST_BY_PRODUCER:
            parser.error(f"the producer makes at most {_MOST_BY_PRODUCER:,} events at once: for more, say --workers")
        screen.print_json(app_of(options).post("store-events-producer-fn", {"count": count}))
        return 0

    text = "a campaign file, sent by workers of this machine straight to the hub; its assertions are not checked"
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help=text)
    text = f"how many, 1 to {_MOST_BY_PRODUCER:,}, with --workers or --rate to {_MOST:,} (default: {_DEFAULT_COUNT})"
    parser.add_argument("--count", type=whole_number(1, _MOST), metavar="N", help=text)
    text = "events per second by this machine's clock, without a file (default: 10,000 for each worker)"
    parser.add_argument("--rate", type=number(0.01, 100_000), metavar="N", help=text)
    text = "processes that share the events, 1 to 16 (default: 1); they need the connection to the hub"
    parser.add_argument("--workers", type=whole_number(1, 16), metavar="N", help=text)
    text = "the same command with the same name goes on with what was stopped (default: the file's, or a new one)"
    parser.add_argument("--name", help=text)
    parser.add_argument(
        "--seed",
        type=whole_number(0, 2**53 - 1),
        metavar="N",
        help="the same seed gives the same ids (default: the file's, or a new one)",
    )
    text = "the file with the connections (default: this clone's own)"
    parser.add_argument("--settings", type=Path, default=LOCAL_SETTINGS, metavar="FILE", help=text)
    parser.set_defaults(run=run)


def _send_by_workers(options: argparse.Namespace) -> int:
    # The SDK takes half a second to load, which no other command shall wait for.
    from cli.sending.order import plan_of_rate, taken  # noqa: PLC0415
    from cli.sending.workers import run_workers, state_of  # noqa: PLC0415

    workers: int = options.workers or 1
    count: int = options.count or _DEFAULT_COUNT
    read = read_campaign_file(options.file) if options.file else None
    plan = read.plan if read else plan_of_rate(options.rate or 10_000.0 * workers, count)
    plan = msgspec.structs.replace(plan, producers=workers, seed=plan.seed if options.seed is None else options.seed)
    played = play(plan, options.file.parent if options.file else ROOT, read)
    if listed := problems(played.plan):
        source = options.file or _NO_FILE
        raise CampaignFileError(f"{source}: {listed[0].field} {listed[0].text.replace('`tick`', 'the tick')}")
    name = options.name or plan.name or secrets.token_hex(4)
    folder = FOLDER / name
    order = taken(folder, played.plan, workers, played.tapes)
    before = state_of(order, folder)
    if before.phase == "completed":
        raise AppError(f"{name} is sent, all {before.sent:,} events; --name OTHER --seed OTHER sends as many new ones")
    connection = _connection(options.settings)
    if options.json:
        state = run_workers(order, folder, connection, lambda _: None)
    else:
        state = _run_with_bar(order, folder, connection, before)
    _show(state, as_json=options.json)
    return 0 if state.phase == "completed" else 130


def _run_with_bar(order: "SendingOrder", folder: Path, connection: dict[str, str], before: "SendState") -> "SendState":
    from cli.sending.workers import run_workers  # noqa: PLC0415 - as above

    by = "1 worker" if order.workers == 1 else f"{order.workers} workers"
    say(f"{order.run_id}: {counted(before.planned, 'event')} by {by}")
    say(f"Ctrl-C stops them; the same command with --name {folder.name} goes on")
    if before.sent:
        say(f"goes on after {counted(before.sent, 'event')}")
    with progress() as display:
        bar = display.add_task("events sent", total=before.planned)

        def seen(state: "SendState") -> None:
            late = f"{state.behind_seconds:,.0f} s behind" if state.behind_seconds > _SHOWN_BEHIND else "events sent"
            display.update(bar, description=late, completed=state.sent)

        return run_workers(order, folder, connection, seen)


def _show(state: "SendState", *, as_json: bool) -> None:
    if as_json:
        screen.print_json(msgspec.to_builtins(state))
        return
    say(f"{state.phase}: {state.sent:,} sent, {state.totals.expected_suspicious:,} must be flagged")
    say(f"retried {state.retried:,}, throttled {state.throttled:,}, most behind {state.most_behind_seconds:,.1f} s")


def _connection(settings: Path) -> dict[str, str]:
    """The connection to the hub in a settings file; the environment wins over it."""
    values = read_settings(settings).values | os.environ
    return {name: text for name, text in values.items() if name.startswith("EventHubs")}
