"""Runs a program that is its input: a list of steps, each a list of its word and of what belongs to it."""

from datetime import timedelta

import azure.durable_functions as df

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context")
def program(context):
    return (yield from _Run(context).whole())


@blueprint.orchestration_trigger(context_name="context")
def part(context):
    return (yield from _Run(context).whole())


class _Run:
    def __init__(self, context):
        given = context.get_input()
        self.context = context
        self.root = given["root"]
        self.todo = given["todo"]
        self.got = given.get("got", [])
        self.kept = {}

    def whole(self):
        returned = yield from self.steps(self.todo, [])
        return self.got if returned is None else returned[0]

    def steps(self, steps, rest):
        """Take the steps; gives what is returned, in a tuple, or None at their end. `rest` is what follows them."""
        for place, step in enumerate(steps, 1):
            behind = [*steps[place:], *rest]
            match step:
                case ["yield", task]:
                    yield from self.awaited(task)
                case ["gate", number, task, _]:
                    self.context.set_custom_status({"gate": number})
                    yield from self.awaited(task)
                case ["keep", slot, task]:
                    self.kept[slot] = self.task(task, [])
                case ["cancel", slot]:
                    self.kept[slot][0].cancel()
                case ["status", value]:
                    self.context.set_custom_status(value)
                case ["long status", size]:
                    self.context.set_custom_status(size * "x")
                case ["signal", key, operation, value]:
                    self.context.signal_entity(self.entity(key), operation, value)
                case ["uuid"]:
                    self.got.append(self.context.new_uuid() != self.context.new_uuid())
                case ["time"]:
                    self.got.append(self.context.current_utc_datetime <= self.context.current_utc_datetime)
                case ["raise", text]:
                    raise ValueError(text)
                case ["return", value]:
                    return (value,)
                case ["again", more]:
                    self.context.continue_as_new({"root": self.root, "todo": behind, "got": self.got})
                    return (yield from self.steps(more, [])) or ("unread",)
                case ["try", body, handler]:
                    try:
                        returned = yield from self.steps(body, behind)
                    except Exception as error:
                        self.got.append(_text(error))
                        returned = yield from self.steps(handler, behind)
                    if returned is not None:
                        return returned
        return None

    def awaited(self, specification):
        """Yield a task and keep what it gives; the timers made for it are cancelled behind it."""
        timers = []
        task, shown = self.task(specification, timers)
        try:
            result = yield task
        finally:
            for timer in timers:
                if not timer.is_completed:
                    timer.cancel()
        self.got.append(shown(result))

    def task(self, specification, timers):  # noqa: PLR0911 - one for each kind
        """The SDK's task, and what shows its result as JSON."""
        context = self.context
        match specification:
            case ["echo", value]:
                return context.call_activity("echo", value), _plain
            case ["large", size]:
                return context.call_activity("echo", size * "ü"), len
            case ["bad", text]:
                return context.call_activity("bad", text), _plain
            case ["fails", label, failures]:
                return context.call_activity("fails_first", [f"{self.root}-{label}", failures]), _plain
            case ["retry", label, failures, attempts]:
                options = df.RetryOptions(100, attempts)
                asked = [f"{self.root}-{label}", failures]
                return context.call_activity_with_retry("fails_first", options, asked), _plain
            case ["child", todo, label, attempts]:
                given = {"root": self.root, "todo": todo}
                instance_id = f"{self.root}-{label}" if label else None
                if attempts is None:
                    return context.call_sub_orchestrator("part", given, instance_id), _plain
                options = df.RetryOptions(100, attempts)
                return context.call_sub_orchestrator_with_retry("part", options, given, instance_id), _plain
            case ["timer", seconds]:
                timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
                timers.append(timer)
                return timer, _plain
            case ["event", name]:
                return context.wait_for_external_event(name), _plain
            case ["entity", key, operation, value]:
                return context.call_entity(self.entity(key), operation, value), _plain
            case ["kept", slot]:
                return self.kept[slot]
            case ["all", parts]:
                made = [self.task(part, timers) for part in parts]
                both = context.task_all([task for task, _ in made])
                return both, lambda results: [shown(each) for (_, shown), each in zip(made, results or [], strict=True)]
            case ["any", parts]:
                made = [self.task(part, timers) for part in parts]
                return context.task_any([task for task, _ in made]), lambda winner: _won(made, winner)
        raise AssertionError(specification)

    def entity(self, key):
        return df.EntityId("counter", f"{self.root}-{key}")


def _plain(value):
    return _text(value) if isinstance(value, Exception) else value


def _won(made, winner):
    for place, (task, shown) in enumerate(made):
        if task is winner:
            return [place, _plain(winner.result) if isinstance(winner.result, Exception) else shown(winner.result)]
    return _plain(winner)


def _text(error):
    return f"{type(error).__name__}: {error}".partition(" \n ")[0]
