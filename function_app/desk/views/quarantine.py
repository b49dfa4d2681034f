"""The pages of what could not be processed: quarantine, one record of it, and how it is sent again."""

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError
from fraud.desk.queries import QuarantineQuery
from fraud.desk.set_aside import MAX_BODY, Resubmission
from function_app.desk import answers
from function_app.desk.rendering import query, trace_address
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.desk.wrong_fields import wrong_field
from function_app.set_aside import resubmit
from services.desk.quarantine import list_quarantine, quarantine_record

_PAGE = 50
_DIGITS, _GROUP = 32, 2


async def show_quarantine(visit: Visit) -> func.HttpResponse:
    """Records, the newest hour first: events of the hub, or messages of the queue. 400 for an invalid filter."""
    asked = {name: text for name in ("kind", "from", "to", "partition", "token") if (text := visit.asked(name))}
    try:
        question = msgspec.convert({"limit": _PAGE, **asked}, QuarantineQuery, strict=False)
    except msgspec.ValidationError as error:
        raise ProblemError(400, "No such list", wrong_field(error, {"from": "Enqueued from"}).says) from error
    page = await list_quarantine(question)
    asked.pop("token", None)
    return answers.page(
        "quarantine.html",
        visit,
        here="quarantine",
        records=page.items,
        next_token=page.next,
        asked={"kind": "events", "from": "", "to": "", "partition": "", **asked},
    )


async def show_record(visit: Visit) -> func.HttpResponse:
    """One record with its reason, and its body as text and in hexadecimal digits. 404 if absent."""
    path = visit.asked("path")
    if not path:
        raise ProblemError(404, "No such record", "Say which record, by the path of its blob.")
    return await _record(visit, path)


async def _record(visit: Visit, path: str, problem: str = "", status: int = 200) -> func.HttpResponse:
    record = await quarantine_record(path)
    return answers.page(
        "record.html",
        visit,
        status=status,
        here="quarantine",
        record=record,
        dump=hex_dump(record.hex or ""),
        can_be_corrected=not record.is_cut and len(record.body) <= MAX_BODY,
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {},
    )


@needs("operator")
async def send_again(visit: Visit) -> func.HttpResponse:
    """Send the corrected body; if it would be set aside again, show the record with what is still wrong."""
    form = visit.form()
    path = form.get("path", "")
    try:
        order = msgspec.convert({name: form.get(name) for name in ("path", "body", "why")}, Resubmission)
        sent = await resubmit(order, visit.caller, visit.client)
    except msgspec.ValidationError as error:
        return await _record(visit, path, f"Give the reason and the corrected body ({error}).", 400)
    except ProblemError as error:
        if error.status == 404:
            raise
        return await _record(visit, path, f"{error.title}: {error.detail}", error.status)
    if sent.event_id is not None:
        return answers.redirect(trace_address(sent.event_id))
    return answers.redirect(query("/desk/workflows/instance", id=sent.windows[0]))


ROUTES: Routes = {
    ("GET", "quarantine"): show_quarantine,
    ("GET", "quarantine/record"): show_record,
    ("POST", "quarantine/record"): send_again,
}


def hex_dump(digits: str) -> str:
    """Hexadecimal digits as people read them: sixteen bytes per line, with their offset and what of them is text."""
    lines: list[str] = []
    for start in range(0, len(digits), _DIGITS):
        line = digits[start : start + _DIGITS]
        pairs = [line[place : place + _GROUP] for place in range(0, len(line), _GROUP)]
        text = "".join(chr(octet) if 32 <= (octet := int(pair, 16)) < 127 else "." for pair in pairs)
        lines.append(f"{start // _GROUP:08x}  {' '.join(pairs):<47}  {text}")
    return "\n".join(lines)
