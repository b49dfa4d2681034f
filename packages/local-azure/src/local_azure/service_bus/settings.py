"""The settings of one queue, checked against the limits of Service Bus."""

import re
from collections.abc import Callable

import msgspec

from local_azure.service_bus.durations import milliseconds

FOREVER = "P10675199DT2H48M5.4775807S"
"""The longest time to live, .NET's TimeSpan.MaxValue: such messages never expire."""

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,258}[A-Za-z0-9])?", re.ASCII)
_DAY = 86_400_000


class QueueSettings(msgspec.Struct, frozen=True):
    """The rules of one queue; times in milliseconds.

    `lock_duration` is real time; the rest is Azure's time. None switches a rule off: no expiry, no limit of
    deliveries, no duplicate detection.
    """

    lock_duration: int = 60_000
    max_delivery_count: int | None = 10
    default_time_to_live: int | None = None
    dead_letter_on_expiration: bool = False
    duplicate_window: int | None = None
    expires_messages: bool = True

    def for_dead_letters(self) -> "QueueSettings":
        """The rules of this queue's dead-letter queue: nothing in it expires or is dead-lettered again."""
        return QueueSettings(lock_duration=self.lock_duration, max_delivery_count=None, expires_messages=False)


class QueueProperties(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    """The `Properties` of a queue in the emulator's Config.json, with the service's defaults."""

    dead_lettering_on_message_expiration: bool = False
    default_message_time_to_live: str = FOREVER
    duplicate_detection_history_time_window: str = "PT10M"
    forward_dead_lettered_messages_to: str = ""
    forward_to: str = ""
    lock_duration: str = "PT1M"
    max_delivery_count: int = 10
    requires_duplicate_detection: bool = False
    requires_session: bool = False

    def settings(self) -> QueueSettings:
        """The rules that these properties ask for. Raises ValueError for what is out of range or not supported."""
        self._refuse_what_is_missing()
        lock = _within("LockDuration", self.lock_duration, 1_000, 300_000, "1 second to 5 minutes")
        window = _within(
            "DuplicateDetectionHistoryTimeWindow",
            self.duplicate_detection_history_time_window,
            20_000,
            7 * _DAY,
            "20 seconds to 7 days",
        )
        forever = milliseconds(FOREVER)
        time_to_live = _within(
            "DefaultMessageTimeToLive", self.default_message_time_to_live, 1_000, forever, f"1 second to {FOREVER}"
        )
        if not 1 <= self.max_delivery_count <= 2_000:
            raise ValueError(f"MaxDeliveryCount must be 1 to 2000, not {self.max_delivery_count}")
        return QueueSettings(
            lock_duration=lock,
            max_delivery_count=self.max_delivery_count,
            default_time_to_live=time_to_live if time_to_live < forever else None,
            dead_letter_on_expiration=self.dead_lettering_on_message_expiration,
            duplicate_window=window if self.requires_duplicate_detection else None,
        )

    def _refuse_what_is_missing(self) -> None:
        if self.requires_session:
            raise ValueError("RequiresSession is not supported here: sessions are missing")
        if self.forward_to:
            raise ValueError("ForwardTo is not supported here: leave it empty")
        if self.forward_dead_lettered_messages_to:
            raise ValueError("ForwardDeadLetteredMessagesTo is not supported here: leave it empty")


def _within(name: str, text: str, least: int, most: int, words: str) -> int:
    value = _named(name, milliseconds, text)
    if not least <= value <= most:
        raise ValueError(f"{name} must be {words}, not {text}")
    return value


def _named(name: str, parse: Callable[[str], int], text: str) -> int:
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
