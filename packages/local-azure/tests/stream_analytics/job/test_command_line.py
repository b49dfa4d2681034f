"""`--check` and `--test`: exit codes and reports of Microsoft's command line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_azure.stream_analytics.cli import main
from tests.data import STREAM_PROJECT as PROJECT

CONFIG = "test/testConfig.json"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT.parent, tmp_path / "project"))


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["stream_analytics", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_check_of_a_query_without_problems_succeeds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert exit_code(monkeypatch, "--check", PROJECT.parent / "suspicious-windows.asaql") == 0
    assert "no problems; writes to suspicious-windows, suspicious-events" in capsys.readouterr().out


def test_a_query_with_a_problem_names_its_file_line_and_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "q.asaql"
    file.write_text("SELECT a\nINTO b FROM c JOIN d")
    assert exit_code(monkeypatch, "--check", file) == -1
    assert f"{file}: line 2, column 15: " in capsys.readouterr().err


def test_golden_tests_pass_if_the_query_gives_what_they_expect(
    copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    assert exit_code(monkeypatch, "--test", copied / CONFIG, "--output", tmp_path / "results") == 0
    summary = json.loads((tmp_path / "results" / "testResultSummary.json").read_text())
    assert (summary["Total"], summary["Passed"], summary["Failed"]) == (4, 4, 0)
    assert [each["OutputAlias"] for each in summary["Results"][0]["OutputMatched"]] == [
        "suspicious-windows",
        "suspicious-events",
    ]


def test_golden_tests_that_fail_say_what_differs(
    copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    query = copied / "suspicious-windows.asaql"
    query.write_text(query.read_text().replace("> 50", "> 60"))
    assert exit_code(monkeypatch, "--test", copied / CONFIG, "--output", tmp_path / "results") == -2
    results = json.loads((tmp_path / "results" / "testResultSummary.json").read_text())["Results"]
    assert [result["Status"] for result in results] == [1, 1, 1, 0]
    assert {each["OutputAlias"] for each in results[0]["OutputMissing"]} == {"suspicious-windows", "suspicious-events"}
    (difference,) = (each for each in results[2]["OutputNotEqual"] if each["OutputAlias"] == "suspicious-events")
    assert json.loads(Path(difference["Output"]).read_text())["ids"] == ["at-75"]
    assert "1 of 4 passed" in capsys.readouterr().out


def test_ignored_fields_and_outputs_that_are_not_required(
    copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    query = copied / "suspicious-windows.asaql"
    query.write_text(
        query.read_text().replace("'store-'", "'shop-'").replace("DATEADD(minute, -5", "DATEADD(minute, -6")
    )
    config = json.loads((copied / CONFIG).read_text())
    for case in config["TestCases"]:
        windows, events = case["ExpectedOutputs"]
        windows["IgnoreFields"] = ["message_id", "WindowStart"]
        events["Required"] = False
    (copied / CONFIG).write_text(json.dumps(config))
    assert exit_code(monkeypatch, "--test", copied / CONFIG, "--output", tmp_path / "results") == 0


def test_an_event_without_its_arrival_breaks_the_run(
    copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (copied / "test" / "filter" / "events.json").write_text('{"id": "a"}')
    assert exit_code(monkeypatch, "--test", copied / CONFIG) == -1
    assert "event 1 needs an EventEnqueuedUtcTime" in capsys.readouterr().err


@pytest.mark.slow
def test_a_shell_sees_the_codes_as_255_and_254(tmp_path: Path):
    command = [sys.executable, "-m", "local_azure.stream_analytics", "--check", str(tmp_path / "missing.asaql")]
    assert subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 255
