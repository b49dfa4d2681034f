"""A deed over HTTP: written before the pipeline is told to do something, and completed with the outcome."""

import logging
import time
from collections.abc import Awaitable, Callable

import azure.functions as func
import msgspec
from azure.core.exceptions import AzureError

from fraud.desk.callers import Caller
from fraud.desk.deeds import Deed, DeedKind, deed_of
from fraud.desk.problems import ProblemError
from services.desk.deeds import keep_deed
from services.watching import azure_time

Act = Callable[[], Awaitable[func.HttpResponse]]
MOST_KEPT = 1_000
"""Characters of an address, and of what was sent."""
_log = logging.getLogger(__name__)


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


async def journalled(caller: Caller, what: DeedKind, subject: str, why: str, act: Act) -> func.HttpResponse:
    """Act, between two writes of the journal: the deed, and the deed with the status of the answer.

    Raises ProblemError (503) if the first cannot be written: then nothing is done.
    """
    try:
        # Azure's time has whole seconds, and two requests within one second are two deeds.
        when = (await azure_time()).replace(microsecond=time.time_ns() // 1_000 % 1_000_000)
        deed = deed_of(caller, when, what, subject[:MOST_KEPT], why[:MOST_KEPT])
        await keep_deed(deed)
    except (AzureError, TimeoutError) as error:
        _log.warning("%s: the journal cannot be written: %s", what, type(error).__name__)
        detail = f"nothing was changed, because it cannot be journalled ({type(error).__name__}): ask again"
        raise ProblemError(503, "Service away", detail) from error
    outcome = "failed"
    try:
        answer = await act()
        outcome = _outcome(answer)
    finally:
        await _completed(msgspec.structs.replace(deed, outcome=outcome))
    return answer


def _outcome(answer: func.HttpResponse) -> str:
    """The status of an answer, and the id that it names."""
    try:
        name = msgspec.json.decode(answer.get_body(), type=_Named).id
    except msgspec.DecodeError:
        name = ""
    return f"{answer.status_code} {name}".strip()


async def _completed(deed: Deed) -> None:
    """Complete a deed. It is done already, so a failure is logged only."""
    try:
        await keep_deed(deed)
    except (AzureError, TimeoutError) as error:
        _log.warning("%s is not in the journal: %s: %s", deed.document_id, deed.outcome, type(error).__name__)
