"""The analysis of a window that fails twice, at its beginning and at its end, over steps in memory."""

import azure.durable_functions as df

from tests.orchestrations.fake_activities import FakeActivities

IMPATIENT = df.RetryOptions(first_retry_interval_in_milliseconds=1_000, max_number_of_attempts=2)
"""In place of 40 tries in 20 minutes."""


def failing_window() -> df.DFApp:
    """The app, with steps that nobody has called."""
    steps, app = FakeActivities(), df.DFApp()
    steps.failures.update({"judge_events 1": 2, "clear_work": 2})
    steps.register(app)
    return app
