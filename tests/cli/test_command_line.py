"""The command line as a person or a script meets it: exit codes, errors, bounds; with an app of a few answers."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli import campaigns, commands
from cli.commands import command_line
from fraud.campaigns import CampaignRequest
from tests.cli.answering_app import App, Output, detective

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["[/x]", "[red]x[/]", "a/../b?c#d", "\x1b[2J"])
def test_an_error_is_shown_as_it_is_on_stderr(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output, name: str
):
    code = detective(monkeypatch, "stop", name)

    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert shown.err.startswith("detective: POST http://127.0.0.1")
    assert "\x1b" not in shown.err
    assert app.asked[0][0].startswith("/api/campaigns/")
    assert app.asked[0][0].endswith("/stop")


def test_the_rule_of_a_name_is_shown_with_its_character_classes(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    app.answers["/api/campaigns"] = [(400, {"detail": "Expected `str` matching regex '^[a-z0-9]$'", "field": "name"})]

    assert detective(monkeypatch, "campaign", "--name", "A", "--json") == 2
    assert "'^[a-z0-9]$'" in capsys.readouterr().err


def test_an_answer_that_is_not_json_is_an_error(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    app.answers["/api/health/details"] = [(200, b"<html>")]

    assert detective(monkeypatch, "health") == 2
    assert "does not answer as the app does" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["nowhere", "ftp://x", "http://", "http://[::1"])
def test_a_url_that_is_none_is_said_to_be(monkeypatch: pytest.MonkeyPatch, capsys: Output, url: str):
    assert detective(monkeypatch, "health", "--url", url) == 2
    assert "is not the address of an app" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "arguments",
    [
        *(["campaign", "--interval-seconds", text] for text in ("nan", "inf", "-1", "86401", "1e999", "x")),
        *(["campaign", "--bad-event-ratio", text] for text in ("nan", "1.1", "-0.1")),
        *(["campaign", "--batches", text] for text in ("0", "100001", "1.5", "9" * 5_000, "٣")),
        *(["reconcile", "--last", "1h", "--until-complete", text] for text in ("nan", "inf", "-1", "1e9")),
        *(["reconcile", "--last", text] for text in ("0h", "8d", "1", "h", "1h ", "-1h", "1w", "9" * 20 + "s")),
        *(["cases", option, text] for option in ("--store", "--assignee") for text in ("", " ")),
        ["cases", "--min-amount", "-5"],
        *([command, ""] for command in ("trace", "explain", "case", "workflows", "watch", "stop")),
        ["cases", "--customer", "x"],
        ["workflows", "--prefix", ""],
        ["reconcile"],
        ["reconcile", "--last", "1h", "--from", "2026-01-02T10:00:00Z"],
        ["send", "--count", "10001"],
        ["demo", "--speed", "inf"],
        [],
    ],
)
def test_what_is_out_of_bounds_is_refused_before_anything_is_asked(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output, arguments: list[str]
):
    assert detective(monkeypatch, *arguments) == 2

    shown = capsys.readouterr()
    assert (shown.out, app.asked) == ("", [])
    assert "usage: detective" in shown.err


def test_the_bounds_of_a_campaign_are_the_apps(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    app.answers["/api/campaigns"] = [(409, {"detail": "enough"})]
    largest = {"batches": 100_000, "events_per_batch": 10_000, "interval_seconds": 86_400.0, "bad_event_ratio": 1.0}
    options = [text for name, value in largest.items() for text in (f"--{name.replace('_', '-')}", f"{value:.0f}")]

    detective(monkeypatch, "campaign", *options, "--seed", str(2**53 - 1))

    assert app.asked == [("/api/campaigns", largest | {"seed": 2**53 - 1})]
    CampaignRequest(**app.asked[0][1])


def test_a_campaign_that_has_not_started_yet_is_waited_for(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    ended = {"phase": "completed", "batches": 2, "batches_sent": 2, "totals": {"sent": 6, "expected_suspicious": 1}}
    app.answers["/api/campaigns"] = [(202, {"id": "campaign-x"})]
    app.answers["/api/campaigns/campaign-x"] = [
        (200, {"id": "campaign-x", "status": "Pending", "phase": "starting", "output": None}),
        (200, {"id": "campaign-x", "status": "Completed", **ended}),
    ]

    assert detective(monkeypatch, "campaign", "--name", "x") == 0
    assert "completed: 6 sent, 1 must be flagged" in capsys.readouterr().out


def test_ctrl_c_leaves_a_campaign_running_and_says_how_to_come_back(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    app.answers["/api/campaigns"] = [(202, {"id": "campaign-x"})]
    app.answers["/api/campaigns/campaign-x"] = [(200, {"id": "campaign-x", "status": "Running"})]
    monkeypatch.setattr(campaigns.time, "sleep", interrupted)

    assert detective(monkeypatch, "campaign", "--json") == 130

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "campaign-x goes on: `detective watch campaign-x` shows it" in shown.err
    assert [path for path, _ in app.asked] == ["/api/campaigns", "/api/campaigns/campaign-x"]


@pytest.mark.parametrize(
    ("arguments", "answers", "said"),
    [
        (
            ["reconcile", "--from", "2026-01-02T09:00:00Z", "--to", "2026-01-02T10:00:00Z", "--json"],
            {
                "/api/reconciliations": [(202, {"id": "reconcile-x"})],
                "/api/reconciliations/reconcile-x": [(200, {"status": "Running"})],
            },
            "reconcile-x goes on: the same range waits for it again",
        ),
        (
            ["reanalyze", "--last", "1h", "--why", "x", "--json"],
            {
                "/api/health": [(200, {"status": "ok"})],
                "/api/reanalyses": [(202, {"status": "Pending", "phase": "counting"})],
                "/api/reanalysis": [(200, {"status": "Running", "phase": "counting"})],
            },
            "the re-analysis goes on: `detective reanalyze --status` shows it",
        ),
    ],
)
def test_ctrl_c_says_what_goes_on_in_the_app(  # noqa: PLR0917 - what is asked, answered and said
    app: type[App],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
    arguments: list[str],
    answers: dict[str, list[tuple[int, Any]]],
    said: str,
):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    app.answers.update(answers)
    monkeypatch.setattr(campaigns.time, "sleep", interrupted)

    assert detective(monkeypatch, *arguments) == 130

    shown = capsys.readouterr()
    assert (shown.out, said in shown.err) == ("", True), shown.err


def test_a_campaign_can_be_watched_again(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    app.answers["/api/campaigns/x"] = [(200, {"id": "campaign-x", "status": "Completed", "phase": "stopped"})]

    assert detective(monkeypatch, "watch", "x", "--json") == 0
    assert json.loads(capsys.readouterr().out)["phase"] == "stopped"


def test_stop_answers_a_script_in_json(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    app.answers["/api/campaigns/x/stop"] = [(202, {"id": "campaign-x", "phase": "stopping"})]

    assert detective(monkeypatch, "stop", "x", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"id": "campaign-x", "phase": "stopping"}


@pytest.mark.usefixtures("app")
def test_a_csv_that_is_not_there_is_named_once(monkeypatch: pytest.MonkeyPatch, capsys: Output):
    assert detective(monkeypatch, "outcomes", "nowhere.csv") == 2
    assert capsys.readouterr().err == "detective: nowhere.csv cannot be read: No such file or directory\n"


@pytest.mark.parametrize("command", [["cases"], ["reanalyze", "--why", "x"], ["rules", "try", "seed"]])
def test_windows_of_a_month_can_be_asked_for(command: list[str]):
    assert command_line().parse_args([*command, "--last", "31d"]).last == timedelta(days=31)


def test_the_last_hour_is_that_of_azures_time(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    app.answers["/api/health"] = [(200, {"status": "ok"})]
    app.answers["/api/reconciliations"] = [(400, {"detail": "enough"})]

    assert detective(monkeypatch, "reconcile", "--last", "1h") == 2
    assert app.asked[-1][1]["from"] == "2026-01-02T09:00:00+00:00"
    assert app.asked[-1][1]["to"] == "2026-01-02T10:00:00+00:00"


def test_a_service_that_fails_is_exit_code_1_and_azures_time_is_shown(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    app.answers["/api/health/details"] = [(401, b"")]
    app.answers["/api/health"] = [(503, {"status": "failed"})]

    assert detective(monkeypatch, "health") == 1
    shown = capsys.readouterr().out
    assert "Azure's time 2026-01-02 10:00:00Z" in shown
    assert "failed; with --key, every service by name" in shown


def test_help_names_the_exit_codes_and_every_default(monkeypatch: pytest.MonkeyPatch, capsys: Output):
    assert detective(monkeypatch, "--help") == 0
    assert "130  ended by Ctrl-C" in capsys.readouterr().out

    detective(monkeypatch, "campaign", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"(default: {default})" in said for default in ("100", "30", "5", "0.1"))


@pytest.mark.parametrize(
    "command", [["rules", "wake", "3", "--why", "over"], ["case", "show", "x"], ["campaign", "list"]]
)
def test_an_unknown_option_is_refused_with_the_usage_of_its_command(
    monkeypatch: pytest.MonkeyPatch, capsys: Output, command: list[str]
):
    assert detective(monkeypatch, *command, "--nonsense", "7") == 2

    said = capsys.readouterr().err
    assert said.startswith(f"usage: detective {' '.join(word for word in command[:2] if word != 'show')} ")
    assert "unrecognized arguments: --nonsense 7" in said


def test_the_version_is_that_of_the_project():
    shown = subprocess.run([sys.executable, "-m", "cli", "--version"], check=True, cwd=ROOT, capture_output=True)

    assert shown.stdout == b"detective 0.1.0\n"


def test_every_command_can_be_run():
    parser = command_line()

    for arguments in (["demo"], ["health"], ["send"], ["campaign"], ["watch", "x"], ["stop", "x"]):
        assert callable(parser.parse_args(arguments).run)


def test_health_is_watched_until_ctrl_c(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    seen: list[float] = []

    def wait(seconds: float) -> None:
        seen.append(seconds)
        if len(seen) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(commands.time, "sleep", wait)
    app.answers["/api/health/details"] = [
        (503, {"status": "failed", "dependencies": {}}),
        (200, {"status": "ok", "dependencies": {"Cosmos": {"status": "ok", "latency_ms": 3}}}),
    ]

    assert detective(monkeypatch, "health", "--watch") == 130
    assert "Cosmos" in capsys.readouterr().out


def test_files_lie_where_the_command_is_typed_and_not_in_the_clone(tmp_path: Path):
    (tmp_path / "cli").mkdir()  # of somebody else
    (tmp_path / "cli" / "__init__.py").touch()
    link = tmp_path / "det"
    link.symlink_to(ROOT / "detective")

    told = subprocess.run(
        [link, "world", "--seed", "3", "--days", "1", "--out", "events.ndjson", "--labels", "labels.ndjson"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert (tmp_path / "events.ndjson").stat().st_size > 0
    assert not (ROOT / "events.ndjson").exists()


FAILURE = "Orchestrator function 'x' failed: Activity function 'y' failed: KeyError: 1 \n Stack:\n  File 'y', line 1"
SPAN = ("--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z")


@pytest.mark.parametrize(
    ("words", "path", "instance"),
    [
        (("watch", "demo"), "/api/campaigns/demo", "campaign-demo"),
        (("reconcile", *SPAN), "/api/reconciliations/reconcile-x", "reconcile-x"),
    ],
)
def test_what_failed_is_told_in_one_line_and_whole_to_a_script(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output, *, words: tuple[str, ...], path: str, instance: str
):
    app.answers["/api/reconciliations"] = [(202, {"id": "reconcile-x"})]
    app.answers[path] = [(200, {"id": instance, "status": "Failed", "phase": "failed", "output": FAILURE})]

    codes = detective(monkeypatch, *words), detective(monkeypatch, *words, "--json")
    shown = capsys.readouterr()

    advice = f"`detective workflows {instance}` shows where, then start it again"
    assert shown.err.splitlines() == [f"detective: {instance} failed: KeyError: 1 (in y); {advice}"] * 2
    assert json.loads(shown.out[shown.out.index("{") :])["output"] == FAILURE
    assert codes == (2, 2)
