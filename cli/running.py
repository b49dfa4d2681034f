"""Run a command, and make an exit code of whatever comes of it."""

import contextlib
import os
import sys
import traceback

from cli.app_client import AppError
from cli.campaign_files import CampaignFileError
from cli.campaign_report.comparing import ReportFileError
from cli.commands import command_line
from cli.failed_workflows import WorkflowFailedError
from cli.screen import print_json, show_error
from cli.stack_process import StackError

_NOT_DONE = 2


def run() -> int:
    """Run the command of the arguments; its exit code, as `detective --help` explains it.

    A failure of any kind is 2: 1 is an answer, and nobody may take a full disk for accounts that do not balance.
    """
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison] - it was closed before the program began
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        _close_output()  # whoever reads has seen enough, as `head` has
        return _NOT_DONE
    except OSError as error:
        _close_output()
        return _failed(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}")
    return code


def _run() -> int:
    options = None
    try:
        options = command_line().parse_args()
        return options.run(options)
    except WorkflowFailedError as error:
        if getattr(options, "json", False):
            print_json(error.answer)
        return _failed(str(error))
    except (AppError, CampaignFileError, ReportFileError, StackError) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return 130
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - a fault of this program, which it shows
        with contextlib.suppress(OSError):
            traceback.print_exc()
        return _NOT_DONE


def _failed(text: str) -> int:
    with contextlib.suppress(OSError):  # nobody can be told
        show_error(text)
    return _NOT_DONE


def _close_output() -> None:
    """Lead what is still to be written nowhere: the interpreter writes it at its end, and would fail once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
