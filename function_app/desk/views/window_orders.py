"""Forms that order a re-analysis or a trial of windows: read as the API's own orders."""

from typing import TypeVar

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError, bad_request
from fraud.reanalysis.asking import ReanalysisRow, ReanalysisStop, TrialRow
from function_app.desk.wrong_fields import wrong_field
from function_app.durable_client import RUNNING

Order = TypeVar("Order", bound=msgspec.Struct)


def order_from(form: dict[str, str], kind: type[Order]) -> Order:
    """The order of a form; a field that is left empty is absent. Raises ProblemError (400) with what is wrong."""
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    given = {name: text for name in names if (text := form.get(name, "").strip())}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request("form", wrong_field(error).says) from error


def why_of(form: dict[str, str]) -> str:
    """The reason of a form that stops something. Raises ProblemError (400) without one."""
    return order_from(form, ReanalysisStop).why


def words(problem: ProblemError) -> str:
    """A refusal as the page shows it."""
    return f"{problem.title}: {problem.detail}"


def still_runs(row: ReanalysisRow | TrialRow | None) -> bool:
    """True as long as what a page follows has not ended."""
    return row is not None and row.status in {status.value for status in RUNNING}


def when_ended(part: func.HttpResponse, *, ended: bool) -> func.HttpResponse:
    """A part of a page that is asked for while something runs; once that has ended, the whole page loads anew."""
    if ended:
        part.headers["HX-Refresh"] = "true"
    return part
