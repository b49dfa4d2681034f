"""The app of a failing window, for a host: with few tries."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
__path__ = [str(ROOT / "function_app")]
"""A host imports this file under the name of the app's package, whose other modules are needed too."""

from orchestrations import calls  # noqa: E402 - they look for the app's package
from tests.orchestrations.failing_window.built import IMPATIENT, failing_window  # noqa: E402

calls.PATIENT = IMPATIENT
app = failing_window()
