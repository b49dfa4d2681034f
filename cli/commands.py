"""The commands, and what each may be told. `detective COMMAND --help` shows it."""

import argparse
import os
import time
import tomllib
import webbrowser

import msgspec

from cli import acknowledge, completion, demo, reanalysis, reconcile, screen, trace, verify, world
from cli.app_client import KEY_SETTING, URL_SETTING, app_of, read_as
from cli.campaign_commands import CAMPAIGN, STOP, WATCH, add_campaign_commands, add_stop, add_watch
from cli.desk import add_desk_commands
from cli.options import CommandParser, filled, speed, whole_number
from cli.rules.options import add_explain, add_rule_commands
from cli.sending.command import SEND, add_send
from cli.sql import command as sql
from cli.stack_process import ROOT
from fraud.watching.health import Health

_WATCH_SECONDS = 5.0

EXIT_CODES = """exit codes:
  0    done, and all is well
  1    done, and the answer is no: the accounts do not balance, or a
       service does not answer
  2    not done: a wrong option, or the app cannot be reached or refuses
  130  ended by Ctrl-C"""


def command_line() -> argparse.ArgumentParser:
    """The parser of the whole command line. `run` of what it gives runs the command; its result is the exit code."""
    parser = CommandParser(
        prog="detective",
        description="The fraud pipeline's command line.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    app = CommandParser(add_help=False)
    app.add_argument("--url", help=f"the app's address (default: ${URL_SETTING}, or this clone's own)")
    app.add_argument("--key", help=f"a function key, as Azure asks for (default: ${KEY_SETTING}, or this clone's own)")
    app.add_argument("--json", action="store_true", help="print JSON for a script; errors are text on stderr")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str, *, of_app: bool = True) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[app] if of_app else [])

    _demo(command("demo", "Run the whole pipeline once on this machine and show its accounts.", of_app=False))
    _health(command("health", "Show Azure's time, and whether everything that the app depends on answers."))
    add_send(command("send", SEND))
    add_campaign_commands(command("campaign", CAMPAIGN), app)
    add_watch(command("watch", WATCH))
    add_stop(command("stop", STOP))
    _reconcile(command("reconcile", "Compare the archives over a range; exit code 1 if something does not balance."))
    reanalysis.add_options(
        command("reanalyze", "Count windows that have verdicts, and judge them again; the old verdicts are kept.")
    )
    _trace(command("trace", "Follow an event through the pipeline; exit code 1 if a step of its way is missing."))
    sql.add_options(command("sql", "Ask the archives in SQL, or one of eleven questions that have a name (--list)."))
    _open(command("open", "Open the desk in a browser."))
    _acknowledge(command("acknowledge", "Acknowledge differences of a report; without --difference, show their keys."))
    _verify(command("verify", "Find any change of a past report or watermark; exit code 1 if there is one."))
    add_desk_commands(command, app_of)
    text = "Check, show, try and replay rule sets over files; see and change which of them the app uses."
    add_rule_commands(command("rules", text, of_app=False), app)
    _world(command("world", "Write a labelled world of events, and the truth about them.", of_app=False))
    completion.add_options(
        command("completion", "Print a script that completes commands in a shell.", of_app=False), parser
    )
    text = (
        "Explain the verdict on an event rule by rule, of the app or of a file; exit code 1 if there is no such event."
    )
    add_explain(command("explain", text), app_of)
    return parser


def _demo(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        chosen = {name: value for name in ("batches", "events") if (value := getattr(options, name)) is not None}
        plan = demo.DemoPlan(is_random=bool(chosen), seed=options.seed, speed=options.speed, **chosen)
        return 0 if demo.run_demo(plan) else 1

    for name, kind, default, meaning in (
        ("batches", whole_number(1, 100_000), None, "batches of random events, 1 to 100,000, not a world"),
        ("events", whole_number(1, 10_000), None, "random events in a batch, 1 to 10,000, not a world"),
        ("seed", whole_number(0, 2**53 - 1), 42, "the same seed gives the same events"),
        ("speed", speed, 60, "seconds of Azure's time in a second, up to 1,000"),
    ):
        chosen = os.environ.get(name.upper()) or default
        text = f"{meaning} (default: ${name.upper()}{'' if default is None else f', or {default}'})"
        parser.add_argument(f"--{name}", type=kind, default=chosen, metavar="N", help=text)
    parser.set_defaults(run=run)


def _health(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        app = app_of(options)
        while True:
            health = app.health()
            told = read_as(Health, health, "the health")
            if options.json:
                show = screen.print_json_line if options.watch else screen.print_json
                show(health)
            else:
                screen.show_health(told, app.now(), anew=options.watch)
            if not options.watch:
                return 0 if told.status == "ok" else 1
            time.sleep(_WATCH_SECONDS)

    parser.add_argument("--watch", action="store_true", help="again and again, until Ctrl-C")
    parser.set_defaults(run=run)


def _reconcile(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        answer, balanced = reconcile.reconcile(app_of(options), options)
        if options.json:
            screen.print_json(msgspec.to_builtins(answer))
        return 0 if balanced else 1

    reconcile.add_options(parser)
    parser.set_defaults(run=run)


def _trace(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        return 0 if trace.trace(app_of(options), options.id, as_json=options.json) else 1

    parser.add_argument("id", type=filled, help="the event's id")
    parser.set_defaults(run=run)


def _open(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        app = app_of(options)
        app.get("api/health", accept=(503,))
        address = f"{app.base_url}/desk"
        if options.json:
            screen.print_json({"url": address})
        elif not webbrowser.open(address):
            screen.say(f"no browser opens from here: {address}")
        else:
            screen.say(address)
        return 0

    parser.set_defaults(run=run)


def _acknowledge(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        answer = acknowledge.acknowledge(app_of(options), options)
        if options.json:
            screen.print_json(answer)
        return 0

    acknowledge.add_options(parser)
    parser.set_defaults(run=run)


def _verify(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        verified = verify.verify(app_of(options), options.head)
        if options.json:
            screen.print_json(msgspec.to_builtins(verified))
        else:
            verify.show(verified)
        return 1 if verified.problems else 0

    text = "a head noted from the log, a message or an outcome: the chain must still hold it"
    parser.add_argument("--head", metavar="NUMBER:DIGEST", help=text)
    parser.set_defaults(run=run)


def _world(parser: argparse.ArgumentParser) -> None:
    world.add_options(parser)
    parser.set_defaults(run=world.write_world)


def _version() -> str:
    """The version in pyproject.toml: a clone is not installed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
