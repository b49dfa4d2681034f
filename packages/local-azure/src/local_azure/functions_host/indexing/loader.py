"""Finds the app's one FunctionApp the way Microsoft's Python worker does.

The worker asks for `<root>/function_app.py`, appends the root to `sys.path` and imports the module by name, so that a
package of that name wins over the file. Source: azure-functions-runtime 1.3, `loader.py` and `handle_event.py`.
"""

import importlib
import importlib.util
import os
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType

import azure.functions as func
from azure.functions.decorators.function_app import Function as SdkFunction

from local_azure.core.process import CannotStartError

_SCRIPT_FILE_SETTING = "PYTHON_SCRIPT_FILE_NAME"
_SCRIPT_FILE = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_\-]*\.py")


def load_functions(root: Path) -> list[SdkFunction]:
    """Import the app in `root` and list its functions.

    Raises CannotStartError in plain words: no such file, an import that fails (with its traceback), no app, two apps,
    no functions, a function twice, a function without a trigger.
    """
    script = os.environ.get(_SCRIPT_FILE_SETTING, "function_app.py")
    if not _SCRIPT_FILE.fullmatch(script):
        raise CannotStartError(f"{_SCRIPT_FILE_SETTING} must be a plain file name ending in .py, not {script!r}")
    if not (root / script).is_file():
        raise CannotStartError(f"{root} is not a Functions app: it has no {script}")
    module = _import(root, Path(script).stem)
    app = _only_app(module)
    try:
        functions = app.get_functions()
    except Exception as error:
        raise CannotStartError(f"the functions of {_origin(module)} cannot be indexed: {error}") from error
    if not functions:
        raise CannotStartError(f"no functions found: the app in {_origin(module)} defines none")
    return functions


def _import(root: Path, name: str) -> ModuleType:
    _move_into(root)
    _check_origin(root, name)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # user code may raise anything, and sys.exit() must not pass for an end
        trace = "".join(traceback.format_exception(error, chain=True)).rstrip()
        raise CannotStartError(
            f"importing {name} from {root} failed: {type(error).__name__}: {error}\n{trace}"
        ) from error


def _check_origin(root: Path, name: str) -> None:
    """Refuse to run another app in place of this one: PYTHONPATH may name a folder with an app of its own."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return  # importing it will say why
    origin = Path(spec.origin).resolve() if spec and spec.origin else root
    if not origin.is_relative_to(root.resolve()):
        raise CannotStartError(
            f"{name} would be imported from {origin.parent}, not from the app's folder {root}: "
            "take that folder out of PYTHONPATH"
        )


def _move_into(root: Path) -> None:
    """The app's folder becomes the working directory, as on Azure, and the last place to import from.

    `python -m` puts the folder that it was started in first: a `function_app` there would win over the app's.
    """
    started_in = Path.cwd()
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry).resolve() != started_in]
    sys.path.append(str(root))
    os.chdir(root)


def _only_app(module: ModuleType) -> func.FunctionRegister:
    apps = {id(value): value for value in vars(module).values() if isinstance(value, func.FunctionRegister)}
    if not apps:
        raise CannotStartError(
            f"no functions found: {_origin(module)} defines no FunctionApp at its top level "
            "(a package of that name wins over the file)"
        )
    if len(apps) > 1:
        names = sorted(name for name, value in vars(module).items() if id(value) in apps)
        raise CannotStartError(f"{_origin(module)} defines more than one FunctionApp: {', '.join(names)}")
    return next(iter(apps.values()))


def _origin(module: ModuleType) -> str:
    return module.__file__ or module.__name__
