"""Apps that cannot run: the host says why in plain words and exits with 2."""

import json
from pathlib import Path

import pytest

from tests.functions_host.hosting import host, refusal

pytestmark = pytest.mark.slow
HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"
HTTP = "@app.route('x')\ndef x(req: func.HttpRequest) -> str:\n    return 'x'\n"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "function_app.py").write_text(HEAD + HTTP)
    (folder / "host.json").write_text('{"version": "2.0"}')
    return folder


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", ["defines no FunctionApp"]),
        (HEAD, ["no functions found"]),
        ("import shelves\n", ["importing function_app", "No module named 'shelves'", "Traceback", "import shelves"]),
        ("raise SystemExit(0)\n", ["SystemExit"]),
        (HEAD + HTTP + "second = func.FunctionApp()\n", ["more than one FunctionApp: app, second"]),
        (HEAD + HTTP + HTTP, ["x", "unique"]),
        (HEAD + "@app.route('a')\ndef a(b): ...\n@app.route('c')\ndef c(d): ...\n", ["function a: ", "function c: "]),
        (HEAD + "@app.timer_trigger('t', schedule='%WHEN%')\ndef x(t) -> None: ...\n", ["app setting 'WHEN'"]),
    ],
)
def test_the_app_itself_is_at_fault(app: Path, state: Path, code: str, words: list[str]):
    (app / "function_app.py").write_text(code)
    said = refusal(app, state)
    assert [word for word in words if word not in said] == [], said


def test_host_json_is_at_fault(app: Path, state: Path):
    (app / "host.json").write_text("{")
    assert "host.json is not valid JSON" in refusal(app, state)


def test_the_settings_file_is_at_fault(app: Path, state: Path, tmp_path: Path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"IsEncrypted": True, "Values": {}}))
    assert "decrypt" in refusal(app, state, "--settings", str(file))


def test_an_app_that_pythonpath_would_put_in_its_place_is_refused(app: Path, state: Path, tmp_path: Path):
    (app / "function_app.py").write_text("")
    (tmp_path / "other" / "function_app").mkdir(parents=True)
    (tmp_path / "other" / "function_app" / "__init__.py").write_text("")
    said = refusal(app, state, PYTHONPATH=str(tmp_path / "other"))
    assert f"not from the app's folder {app}" in said
    assert "PYTHONPATH" in said


def test_a_folder_without_an_app_is_refused(tmp_path: Path, state: Path):
    assert "it has no function_app.py" in refusal(tmp_path, state)
    assert "does not exist" in refusal(tmp_path / "nowhere", state)


def test_a_state_folder_belongs_to_one_host(app: Path, state: Path):
    with host(app, state) as first:
        assert f"used by another functions host (process {first.part.pid})" in refusal(app, state)
        port = first.base.rpartition(":")[2]
        assert "the port is taken" in refusal(app, state.with_name("other"), "--port", port)
