from datetime import datetime
from enum import Enum
from typing import Any

from azure.durable_functions.models.actions.Action import Action

class TaskState(Enum):
    RUNNING = 0
    SUCCEEDED = 1
    FAILED = 2

class TaskBase:
    id: int | str
    state: TaskState
    parent: TaskBase | None
    result: Any
    action_repr: Action | list[Action]
    is_played: bool
    @property
    def is_completed(self) -> bool: ...
    def set_value(self, is_error: bool, value: Any) -> None: ...

class CompoundTask(TaskBase):
    children: list[TaskBase]

class AtomicTask(TaskBase): ...

class TimerTask(AtomicTask):
    @property
    def is_cancelled(self) -> bool: ...
    def cancel(self) -> None: ...

class WhenAllTask(CompoundTask): ...

class LongTimerTask(WhenAllTask):
    final_fire_time: datetime
    def cancel(self) -> None: ...

class WhenAnyTask(CompoundTask): ...
class RetryAbleTask(WhenAllTask): ...
