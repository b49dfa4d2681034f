"""Record the history of an orchestrator of the app, with activities that a test makes up.

    from local_azure.testing import record

    async def write_the_recording(tmp_path):
        app = df.DFApp()
        app.register_functions(orchestrators)          # the app's own
        ...                                            # and activities of the test, under the names that they call
        recording = await record(app, "fulfil", {"order": 17}, tmp_path)
        recording.save(Path("order.json"))

`local_azure.testing.replay` holds later code to it.
"""

from pathlib import Path
from typing import Any

import azure.durable_functions as df

from local_azure.testing.replay import Recording
from local_azure.testing.running_hub import RunningHub


async def record(
    app: df.DFApp, name: str, value: Any, folder: Path, *, events: dict[str, str] | None = None, speed: float = 600
) -> Recording:
    """Run an orchestrator of `app` to its end and give its history, for `local_azure.testing.replay`.

    `app` holds the real orchestrators and, under the names that they call, activities of the test's own. `value` is the
    input, `events` are external events (name to JSON text) that are raised at once, `folder` takes the hub's file.
    Raises AssertionError if the instance does not end within ten seconds.
    """
    hub = RunningHub(folder / "hub.db", app)
    hub.clock = hub.clock_at_speed(speed)
    try:
        task_hub = await hub.hub()
        instance_id = await hub.start(name, value, "recorded")
        for event, data in (events or {}).items():
            task_hub.client.raise_event(instance_id, event, data)
        await hub.ended(instance_id)
        return Recording.of(task_hub.export_history(instance_id))
    finally:
        await hub.stop()
