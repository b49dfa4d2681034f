"""The timer that watches the pipeline every minute."""

import azure.durable_functions as df
import azure.functions as func

from activities.watching.watch_pipeline import watch_pipeline
from function_app.durable_client import Client, management_address
from function_app.failures import logged_failure

EVERY_MINUTE = "0 * * * * *"

blueprint = df.Blueprint()


@blueprint.function_name("watch-pipeline")
@blueprint.timer_trigger(arg_name="timer", schedule=EVERY_MINUTE, run_on_startup=False)
@blueprint.durable_client_input(client_name="client")
async def watch(timer: func.TimerRequest, client: Client) -> None:
    """Look at the pipeline, log the checks, and notify the operators of what does not move. A failure raises."""
    with logged_failure("watch-pipeline"):
        await watch_pipeline(management_address(client))
