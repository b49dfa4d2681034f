from pathlib import Path

import pytest

from local_azure.stack.__main__ import main


@pytest.mark.parametrize("speed", ["fast", "0", "-1", "1001", "nan"])
def test_a_speed_that_there_is_not_is_refused_in_a_line(
    speed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SPEED", speed)
    monkeypatch.setattr("sys.argv", ["stack", "up"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "--speed" in capsys.readouterr().err.splitlines()[-1]


def test_a_time_that_there_is_not_is_refused_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["stack", "up", "--not-before", "tonight"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "--not-before: must be a time such as" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("action", ["up", "reset"])
def test_a_folder_without_a_stack_is_named_and_nothing_is_made_there(
    action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["local-azure", action])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err or str(end.value.code)
    assert f"there is no local-azure.toml in {tmp_path}" in said
    assert "--config FILE" in said
    assert end.value.code != 0
    assert list(tmp_path.iterdir()) == []
