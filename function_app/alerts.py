"""The timer that sends the digests of alerts."""

import azure.functions as func

from activities.send_digests import send_digests
from function_app.failures import logged_failure

EVERY_MINUTE = "45 * * * * *"

blueprint = func.Blueprint()


@blueprint.function_name("send-alert-digests")
@blueprint.timer_trigger(arg_name="timer", schedule=EVERY_MINUTE, run_on_startup=False)
async def send_alert_digests(timer: func.TimerRequest) -> None:
    """Send the alerts that wait to the fraud team. A failure raises; the same alerts are tried again a minute later."""
    with logged_failure("send-alert-digests"):
        await send_digests()
