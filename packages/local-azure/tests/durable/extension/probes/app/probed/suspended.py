"""An instance that is suspended in a race of an event and a timer, and its steps behind that."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def after_a_race(context):
    what = context.get_input()
    if what == "nothing more":
        context.set_custom_status("second")
        yield context.wait_for_external_event("more")
        return "more"
    context.set_custom_status("waiting")
    timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    event = context.wait_for_external_event("go")
    yield context.task_any([timer, event])
    if what != "the timer kept":
        timer.cancel()
    if what == "an activity":
        yield context.call_activity("echo", 1)
    elif what == "a signal":
        context.signal_entity(df.EntityId("counter", context.instance_id), "add", 1)
    elif what == "a failure":
        raise ValueError("after the race")
    elif what == "a generation":
        context.continue_as_new("nothing more")
        return None
    elif what == "an event":
        yield context.wait_for_external_event("more")
    return "ended"
