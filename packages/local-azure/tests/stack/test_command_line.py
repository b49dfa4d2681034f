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
