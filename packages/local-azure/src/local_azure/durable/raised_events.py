"""External events of an instance: who waits for them, and those that came before anybody did."""

from local_azure.durable.tasks import Task


class RaisedEvents:
    """The tasks that wait for events, and the names of early events, in the order in which they came."""

    def __init__(self) -> None:
        self._waiters: dict[str, list[Task]] = {}
        self._early: list[str] = []

    def wait(self, task: Task) -> None:
        """Let a task wait for its event, or succeed at once if that came early.

        The SDK keeps the last early event of a name, and gives it to everybody who waits for it later.
        """
        name = task.action.external_event_name
        if name in self._early:
            task.succeed()
        else:
            self._waiters.setdefault(name, []).append(task)

    def receiver(self, name: str) -> Task | None:
        """Take the task that gets an event, which is the last that has come to wait; without it the event is early."""
        if waiters := self._waiters.get(name):
            return waiters.pop()
        if name not in self._early:
            self._early.append(name)
        return None

    def lost(self) -> list[str]:
        """The names of events that nobody has waited for, each once; a new generation does not get them."""
        return list(self._early)

    def has_early(self, name: str) -> bool:
        """True if an event of this name came before anybody waited for it: the SDK forgets it for the next one."""
        return name in self._early and not self.waits_for(name)

    def waits_for(self, name: str) -> bool:
        """True if user code waits for an event of this name now."""
        return bool(self._waiters.get(name))
