"""The pages of what could not be processed: quarantine, one record of it, and the dead letters of the queue."""

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.queries import QuarantineQuery, Question
from function_app.desk import answers
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from services.desk.dead_letters import list_dead_letters
from services.desk.quarantine import list_quarantine, quarantine_record

_PAGE = 50
_DIGITS, _GROUP = 32, 2


async def show_quarantine(visit: Visit) -> func.HttpResponse:
    """Records, the newest first: events of the hub, or messages of the queue. 400 for a filter that cannot be."""
    asked = {name: text for name in ("kind", "from", "to", "token") if (text := visit.asked(name))}
    try:
        question = msgspec.convert({"limit": _PAGE, **asked}, QuarantineQuery, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(None, str(error)) from error
    page = await list_quarantine(question)
    asked.pop("token", None)
    return answers.page(
        "quarantine.html",
        visit,
        here="quarantine",
        records=page.items,
        next_token=page.next,
        asked={"kind": "events", "from": "", "to": "", **asked},
    )


async def show_record(visit: Visit) -> func.HttpResponse:
    """One record with its reason, and its body as text and in hexadecimal digits. 404 if absent."""
    path = visit.asked("path")
    if not path:
        raise ProblemError(404, "No such record", "Say which record, by the path of its blob.")
    record = await quarantine_record(path)
    return answers.page("record.html", visit, here="quarantine", record=record, dump=hex_dump(record.hex or ""))


async def show_dead_letters(visit: Visit) -> func.HttpResponse:
    """The messages of the dead-letter queue, as a peek shows them: it takes and locks nothing."""
    page = await list_dead_letters(Question(limit=_PAGE, token=visit.asked("token") or None))
    return answers.page("dead_letters.html", visit, here="quarantine", letters=page.items, next_token=page.next)


ROUTES: Routes = {
    ("GET", "quarantine"): show_quarantine,
    ("GET", "quarantine/record"): show_record,
    ("GET", "dead-letters"): show_dead_letters,
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
