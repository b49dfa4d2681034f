"""The timer that sends the digests of alerts."""

import azure.functions as func

from activities.send_digests import send_digests
from function_app.failures import logged_failure

EVERY_MINUTE = "45 * * * * *"

blueprint = func.Blueprint()


@blueprint.function_name("send-alert-digests")
@blueprint.timer_trigger(arg_name="timer", schedule=EVERY_MINUTE, run_on_startup=False)
async def send_alert_digests(timer: func.TimerRequest) -> None:
    """Tell the fraud team of the alerts that wait. A failure raises; the next minute tries the same again."""
    with logged_failure("send-alert-digests"):
        await send_digests()
