"""The context that every part of a running task hub works with."""

from typing import Protocol

import msgspec

from local_azure.core.clock import Clock
from local_azure.durable.session import SessionCache
from local_azure.durable.settings import HubSettings
from local_azure.durable.store import Store
from local_azure.durable.worker import Worker


class Listener(Protocol):
    """Is told what was committed."""

    def committed(self, targets: list[str]) -> None:
        """These inboxes have new messages; activities and timers may have been added."""
        ...

    def finished(self, instance_id: str) -> None:
        """This instance has ended."""
        ...


class HubContext(msgspec.Struct, frozen=True):
    """The store, what is cached of it, user code, time, settings, and who is told of commits."""

    store: Store
    sessions: SessionCache
    worker: Worker
    clock: Clock
    settings: HubSettings
    listener: Listener
