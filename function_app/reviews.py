"""The timer that begins to wait for the decision of each case with a verdict of the band high."""

import azure.durable_functions as df
import azure.functions as func

from fraud.desk.waiting import ReviewTask
from function_app import durable_client
from function_app.durable_client import Client
from function_app.failures import logged_failure
from orchestrations.contracts import REVIEW_CASE
from services.desk.reviews import unattended_cases
from services.settings import settings

EVERY_MINUTE = "30 * * * * *"
_DAYS = 7

blueprint = df.Blueprint()


@blueprint.function_name("start-reviews")
@blueprint.timer_trigger(arg_name="timer", schedule=EVERY_MINUTE, run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def start_reviews(timer: func.TimerRequest, client: Client) -> None:
    """Start an orchestration per case whose waiting has not begun. A failure raises; the next minute finds the same.

    Here and not in the analysis of a window: a case gets its first verdict of the band high in any of its amendments,
    and the histories of analyses that run stay as they are.
    """
    with logged_failure("start-reviews"):
        deadlines = settings().review_deadlines
        for case in await unattended_cases(_DAYS):
            task = ReviewTask(case_id=case.id, store_id=case.store_id, deadlines=deadlines, reopened=case.reopened)
            await durable_client.start_or_join(client, REVIEW_CASE, task.id, task)
