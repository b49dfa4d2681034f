"""The tasks of judging what was quarantined and no window may name, by what is active now."""

from collections.abc import Sequence

from msgspec.structs import replace

from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_places import PlacesTask, places_tasks
from fraud.rules.shipped import shipped
from services.profiles import latest_profile_day
from services.rules_in_use import rules_in_use_lately


async def places_to_judge(records: Sequence[QuarantinedEvent]) -> list[PlacesTask]:
    """The tasks, each with the active set and the last profiled day before its window. Raises what Blob raised."""
    if not records:
        return []
    rules = shipped()[(await rules_in_use_lately()).active].id
    tasks = [replace(task, rules=rules) for task in places_tasks(records)]
    return [
        replace(task, profile_day=await latest_profile_day(task.window_start.date())) if task.needs_context else task
        for task in tasks
    ]
