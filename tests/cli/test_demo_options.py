"""Options with which `make demo` cannot run are refused before anything is started."""

import sys

import pytest

from cli.__main__ import main


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("BATCHES", "0", "must be a whole number from 1 to 100,000, not '0'"),
        ("EVENTS", "10001", "must be a whole number from 1 to 10,000"),
        ("EVENTS", "abc", "not 'abc'"),
        ("SEED", "-5", "must be a whole number from 0"),
        ("SEED", "--5", "must be a whole number from 0"),
        ("SPEED", "0", "above 0 and at most 1,000"),
        ("SPEED", "nan", "above 0 and at most 1,000"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, text: str, reason: str
):
    monkeypatch.setenv(name, text)
    monkeypatch.setattr(sys, "argv", ["detective", "demo"])

    with pytest.raises(SystemExit, match="2"):
        main()

    said = " ".join(capsys.readouterr().err.split())
    assert f"--{name.lower()}" in said
    assert reason in said
