"""`detective reanalyze`, over an app that answers as the API does."""

import msgspec
import pytest

from cli.__main__ import main
from cli.app_client import AppError
from cli.commands import command_line
from fraud.reanalysis.asking import ReanalysisRow
from fraud.reanalysis.messages import Counted, Done, Reanalysis, ReanalysisPhase, ReanalysisState
from tests.cli.answering_app import App
from tests.fraud.desk.cases import NOON

ORDER = Reanalysis(id="again-x", start=NOON, end=NOON, rules="seed@1", who="An\x1ba", why="a trial")
STATE = ReanalysisState(
    order=ORDER,
    counted=Counted(windows=2, verdicts=1_234, bands={"high": 1_234}, busy=1, damaged=1),
    done=Done(windows=2, verdicts=1_234, changed=1, worse=1, left=3, untold=1, moved={"low -> high": 7}),
)


def answered(app: type[App], phase: ReanalysisPhase, *, error: str | None = None) -> None:
    state = msgspec.structs.replace(STATE, phase=phase)
    row = ReanalysisRow(status="Failed" if error else "Completed", phase=phase, state=state, error=error)
    for path in ("/api/reanalyses", "/api/reanalysis", "/api/reanalysis/stop"):
        app.answers[path] = [(200, msgspec.to_builtins(row))]


def run(*arguments: str) -> int:
    options = command_line().parse_args(["reanalyze", *arguments])
    return options.run(options)


def test_windows_are_counted_and_the_count_is_to_be_confirmed(app: type[App], capsys: pytest.CaptureFixture[str]):
    answered(app, "counted")

    code = run("--window", "window-7-20260102T101000Z-ab", "--store", "7", "--band", "high", "--why", "a trial")

    text = capsys.readouterr().out
    order = {"window": "window-7-20260102T101000Z-ab", "store": "7", "band": "high", "why": "a trial"}
    assert app.asked[0] == ("/api/reanalyses", order)
    assert "2 windows with 1,234 verdicts: 1,234 high" in text
    assert "say --confirm 1234 to judge them again" in text
    assert "An?a" in text
    assert code == 1, "an alert was not taken"


def test_an_order_in_whose_place_another_one_ran_is_no_success(app: type[App]):
    answered(app, "done")
    theirs = msgspec.structs.replace(ORDER, id="again-y", who="Bo")
    row = ReanalysisRow(status="Completed", phase="done", state=msgspec.structs.replace(STATE, order=theirs))
    app.answers["/api/reanalysis"] = [(200, msgspec.to_builtins(row))]

    with pytest.raises(AppError, match=r"that Bo ordered in the same moment ran \(again-y\)"):
        run("--window", "window-7-20260102T101000Z-ab", "--why", "a trial", "--confirm", "1234")


def test_a_count_of_nothing_asks_for_no_confirmation(app: type[App], capsys: pytest.CaptureFixture[str]):
    state = msgspec.structs.replace(STATE, phase="counted", counted=Counted(), done=Done())
    row = ReanalysisRow(status="Completed", phase="counted", state=state)
    for path in ("/api/reanalyses", "/api/reanalysis"):
        app.answers[path] = [(200, msgspec.to_builtins(row))]

    assert run("--window", "window-7-20260102T101000Z-ab", "--why", "a trial") == 0

    text = capsys.readouterr().out
    assert "there is nothing to judge again" in text
    assert "--confirm" not in text
    assert "counting" not in text, "the bar says that it has ended"


def test_one_window_is_one_and_bands_are_told_from_the_worst_on(app: type[App], capsys: pytest.CaptureFixture[str]):
    alone = Counted(windows=1, verdicts=1, bands={"low": 1}, busy=1, damaged=1)
    several = Counted(windows=2, verdicts=6, bands={"high": 1, "low": 2, "medium": 3})
    for counted in (alone, several):
        state = msgspec.structs.replace(STATE, phase="counted", counted=counted, done=Done(left=1, untold=1))
        row = ReanalysisRow(status="Completed", phase="counted", state=state)
        for path in ("/api/reanalyses", "/api/reanalysis"):
            app.answers[path] = [(200, msgspec.to_builtins(row))]
        run("--window", "window-7-20260102T101000Z-ab", "--why", "a trial")

    text = capsys.readouterr().out
    assert "1 window with 1 verdict: 1 low" in text
    assert "1 window is left out: the analysis has not ended" in text
    assert "1 window is left out: somebody has altered" in text
    assert "1 id keeps its verdict: not in the archive any more" in text
    assert "1 alert was not taken" in text
    assert "2 windows with 6 verdicts: 1 high, 3 medium, 2 low" in text


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("done", "done: 2 windows judged, 1 changed, 1 for the worse"),
        ("stopped", "stopped: 2 windows judged"),
        ("refused", "5 verdicts were confirmed, and there are 1,234 now"),
    ],
)
def test_its_end_is_told(app: type[App], capsys: pytest.CaptureFixture[str], phase: ReanalysisPhase, words: str):
    answered(app, phase)
    app.answers["/api/reanalysis"][0][1]["state"]["order"]["confirm"] = 5

    run("--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z", "--confirm", "5", "--why", "a trial")

    assert app.asked[0][1] == {
        "from": "2026-01-02T10:00:00Z",
        "to": "2026-01-02T11:00:00Z",
        "confirm": 5,
        "why": "a trial",
    }
    assert words in capsys.readouterr().out


def test_a_script_reads_its_state_and_it_is_stopped_with_a_reason(app: type[App], capsys: pytest.CaptureFixture[str]):
    answered(app, "stopped")

    assert run("--stop", "--why", "too many", "--json") == 1
    assert msgspec.json.decode(capsys.readouterr().out)["state"]["order"]["id"] == "again-x"
    assert app.asked[0] == ("/api/reanalysis/stop", {"why": "too many"})


STACK = "\n".join(f'  File "/app/find_windows.py", line {number}, in look' for number in range(40))
OUTPUT = f"Orchestrator function 'reanalyze' failed: Activity function 'find_windows' failed: KeyError: 'id' \n {STACK}"


def failed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["detective", "reanalyze", *words])
    code = main()
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.mark.parametrize("words", [["--status"], ["--window", "window-7-x", "--why", "x"], ["--stop", "--why", "x"]])
def test_one_that_failed_is_told_in_one_line_with_what_to_do(
    app: type[App], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
):
    answered(app, "judging", error=OUTPUT)

    code, _, told = failed(capsys, monkeypatch, *words)

    assert code == 2
    assert told == (
        "detective: the re-analysis failed: KeyError: 'id' (in find_windows);"
        " `detective workflows reanalysis` shows where, then start it again\n"
    )


def test_a_script_reads_the_whole_of_a_failure(
    app: type[App], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    answered(app, "judging", error=OUTPUT)

    code, answer, told = failed(capsys, monkeypatch, "--status", "--json")

    assert (code, len(told.splitlines())) == (2, 1)
    assert msgspec.json.decode(answer)["error"] == OUTPUT


@pytest.mark.parametrize("arguments", [["--last", "1h"], ["--why", "x"], ["--stop"]])
def test_what_is_not_said_is_asked_for(app: type[App], arguments: list[str]):
    with pytest.raises(SystemExit):
        run(*arguments)
