"""The pages of dead letters: the list, and how they are redriven after a count."""

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError
from fraud.desk.queries import Question
from fraud.desk.set_aside import MAX_REDRIVEN, RedriveOrder
from function_app.desk import answers
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.set_aside import redrive
from services.desk.dead_letters import list_dead_letters
from services.desk.deeds import list_deeds
from services.service_bus import MOST_HELD, count_dead_letters, last_dead_letter

_PAGE = 50
_DEEDS = 10
_ALL = 2**63 - 1


async def show_dead_letters(visit: Visit) -> func.HttpResponse:
    """The messages of the dead-letter queue, as a peek shows them: it takes and locks nothing."""
    page = await list_dead_letters(Question(limit=_PAGE, token=visit.asked("token") or None))
    deeds = (await list_deeds(Question(limit=_DEEDS))).items
    return answers.page(
        "dead_letters.html",
        visit,
        here="quarantine",
        letters=page.items,
        next_token=page.next,
        count=await count_dead_letters(_ALL) if page.items else 0,
        most=MOST_HELD,
        deeds=[deed for deed in deeds if deed.what == "redriven"],
    )


@needs("operator")
async def ask_to_redrive(visit: Visit) -> func.HttpResponse:
    """The page that counts the letters which were chosen, or all of them, and asks for a reason."""
    chosen = visit.chosen("letter")
    if visit.form().get("which") == "all":
        return await _ask(visit, (), await last_dead_letter())
    if not chosen:
        return answers.refused(400, "Nothing is redriven", "Choose dead letters, or redrive all.", visit)
    return await _ask(visit, _numbers(chosen), None)


async def _ask(
    visit: Visit, numbers: tuple[int, ...], up_to: int | None, problem: str = "", status: int = 200
) -> func.HttpResponse:
    return answers.page(
        "dead_letters_redrive.html",
        visit,
        status=status,
        here="quarantine",
        numbers=numbers,
        up_to=up_to,
        count=len(numbers) if up_to is None else await count_dead_letters(up_to),
        at_once=MAX_REDRIVEN,
        problem=problem,
    )


@needs("operator")
async def redrive_letters(visit: Visit) -> func.HttpResponse:
    """Redrive them, and show the outcome; without a reason, ask again."""
    form = visit.form()
    numbers = _numbers(visit.chosen("letter"))
    try:
        up_to = int(form["up_to"]) if form.get("up_to") else None
        given = {"why": form.get("why", "").strip(), "sequence_numbers": numbers, "up_to": up_to}
        order = msgspec.convert(given, RedriveOrder)
    except msgspec.ValidationError as error:
        return await _ask(visit, numbers, None if numbers else await last_dead_letter(), f"Say why ({error}).", 400)
    except ValueError as error:
        raise ProblemError(400, "Nothing is redriven", "A dead letter is named by its number.") from error
    outcome = await redrive(order, visit.caller, visit.client)
    return answers.page("dead_letters_redriven.html", visit, here="quarantine", outcome=outcome)


def _numbers(chosen: list[str]) -> tuple[int, ...]:
    """The sequence numbers in a form. Raises ProblemError."""
    try:
        return tuple(dict.fromkeys(map(int, chosen[:MAX_REDRIVEN])))
    except ValueError as error:
        raise ProblemError(400, "Nothing is redriven", "A dead letter is named by its number.") from error


ROUTES: Routes = {
    ("GET", "dead-letters"): show_dead_letters,
    ("POST", "dead-letters"): ask_to_redrive,
    ("POST", "dead-letters/redrive"): redrive_letters,
}
