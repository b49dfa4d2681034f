"""The live view of the pipeline, and the logs of the stack."""

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli import logs, watching
from cli.app_client import AppError
from cli.commands import command_line
from cli.completion import SHELLS, options_of, script
from cli.screen import console
from cli.watching import view
from fraud.desk.sql_questions import QUESTIONS
from fraud.watching.checks import MOST_QUARANTINED
from fraud.watching.flow import FlowSeen
from tests.cli.answering_app import App

FLOW: dict[str, Any] = {
    "now": "2026-01-02T10:00:00Z",
    "since": "2026-01-01T00:00:00Z",
    "speed": 60.0,
    "joints": {
        "sent": {"count": 1_234_567_890, "rate": 12_345.6},
        "archived": {"count": 1_234_567_000, "rate": 6_000.0},
        "captured": {"count": None, "rate": None},
        "alerts": {"count": 3, "rate": 0.01},
    },
    "lag": 890,
    "waiting": 2,
    "dead_letters": 1,
    "nobody_to_tell": 84,
    "checks": [
        {"name": "archiver", "state": "ok", "value": 0, "threshold": 60, "unit": "seconds", "advice": ""},
        {
            "name": "dead_letters",
            "state": "standing",
            "value": 1,
            "threshold": 0,
            "unit": "messages",
            "advice": "x" * 99,
        },
    ],
    "night": {"ended": "2026-01-02T02:30:00Z", "run": "reconcile-x", "verdict": "balanced", "faults": 0},
}


def test_the_live_view_fits_in_eighty_columns_and_tells_what_is_not_ok(capsys: pytest.CaptureFixture[str]):
    with console.capture() as captured:
        console.print(view(msgspec.convert(FLOW, FlowSeen)), width=80)
    text = captured.get()

    assert "Azure's time 2026-01-02 10:00:00Z, 60 times as fast" in text
    assert "12,345.6/s" in text
    assert "0.6/min" in text
    assert "archived or set aside" in text
    assert "890 behind, 2 in the queue, 1 dead letter; last night balanced" in text
    assert "84 alerts had nobody to tell: no receiver is set for their band" in text
    assert "dead letters   standing" in text
    assert max(map(len, text.splitlines())) <= 80
    bars = [line.count("█") for line in text.splitlines() if "█" in line]
    assert bars == [24, 12]


def test_of_more_records_than_are_counted_the_view_says_that_there_are_more():
    flow = FLOW | {"joints": {"quarantined": {"count": MOST_QUARANTINED, "rate": None}}}
    with console.capture() as captured:
        console.print(view(msgspec.convert(flow, FlowSeen)), width=80)

    assert "5,000+" in captured.get()


def test_one_look_is_the_answer_no_if_a_check_is_not_ok(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/flow"] = [(200, FLOW)]
    options = command_line().parse_args(["watch", "--once", "--json"])

    assert options.run(options) == 1
    assert json.loads(capsys.readouterr().out)["lag"] == 890


def test_a_script_that_watches_reads_one_answer_a_line(
    app: type[App], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    app.answers["/api/flow"] = [(200, FLOW)]
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching.time, "sleep", sleep)
    options = command_line().parse_args(["watch", "--json"])

    with pytest.raises(KeyboardInterrupt):
        options.run(options)

    assert [json.loads(line)["lag"] for line in capsys.readouterr().out.splitlines()] == [890, 890]


def test_the_questions_that_have_a_name_are_listed_for_a_script(capsys: pytest.CaptureFixture[str]):
    options = command_line().parse_args(["sql", "--list", "--json"])

    assert options.run(options) == 0
    assert {question["name"] for question in json.loads(capsys.readouterr().out)} == set(QUESTIONS)


def options(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"part": None, "lines": 2, "follow": False, "demo": False, "json": False, **given})


def test_the_last_lines_of_each_log_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(logs, "UP", tmp_path)
    (tmp_path / "cosmos.log").write_text("one\ntwo\nthree\x1b[2J\n")
    (tmp_path / "functions.log").write_bytes(b"\xff\n")

    logs.show_logs(options())
    text = capsys.readouterr().out
    logs.show_logs(options(part="cosmos", json=True))
    listed = json.loads(capsys.readouterr().out)

    assert [line.split(maxsplit=1) for line in text.splitlines()] == [
        ["cosmos", "two"],
        ["cosmos", "three?[2J"],
        ["functions", "\ufffd"],
    ]
    assert [entry["line"] for entry in listed] == ["two", "three\x1b[2J"]


def test_a_part_without_a_log_is_an_error_that_names_those_that_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logs, "UP", tmp_path)
    with pytest.raises(AppError, match="make up"):
        logs.show_logs(options())
    (tmp_path / "cosmos.log").touch()
    with pytest.raises(AppError, match="its logs are of cosmos"):
        logs.show_logs(options(part="amqp"))


def test_a_shell_completes_every_command_and_its_options():
    words = options_of(command_line())

    assert {"cases", "watch", "dead-letters", "completion"} <= set(words[""])
    assert "--redrive-all" in words["dead-letters"]
    assert {"run", "compare"} <= set(words["campaign"])
    assert set(words["completion"]) >= set(SHELLS)
    assert all("dead-letters" in script(command_line(), shell) for shell in SHELLS)


def test_bash_takes_the_script_and_completes_by_it(tmp_path: Path):
    import shutil  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    if (bash := shutil.which("bash")) is None:
        pytest.skip("there is no bash")
    (tmp_path / "completion").write_text(script(command_line(), "bash"))
    ask = "COMP_WORDS=(detective {}); COMP_CWORD={}; _detective; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    asked = {
        ("dead-le", 1): {"dead-letters"},
        ("dead-letters --redrive-", 2): {"--redrive-all"},
        ("campaign ru", 2): {"run"},
    }
    for (words, number), expected in asked.items():
        command = f"source {tmp_path}/completion; {ask.format(words, number)}"
        shown = subprocess.run([bash, "-c", command], check=True, capture_output=True, text=True)
        assert set(shown.stdout.split()) == expected
