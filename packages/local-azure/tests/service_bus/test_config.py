"""The entity file: what it may say, and how it is refused otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.core.process import CannotStartError
from local_azure.service_bus.config import read_queues
from local_azure.service_bus.durations import milliseconds
from local_azure.service_bus.settings import QueueSettings
from tests.data import ENTITIES


def config(tmp_path: Path, *queues: Any, **others: Any) -> Path:
    path = tmp_path / "service-bus.json"
    path.write_text(json.dumps({"UserConfig": {"Namespaces": [{"Name": "ns", "Queues": queues, **others}]}}))
    return path


def test_a_file_of_the_emulator_describes_its_queue() -> None:
    assert read_queues(ENTITIES / "service-bus.json") == {
        "suspicious-windows": QueueSettings(
            lock_duration=60_000,
            max_delivery_count=10,
            default_time_to_live=3_600_000,
            dead_letter_on_expiration=True,
            duplicate_window=300_000,
        )
    }


def test_a_queue_without_properties_has_the_services_defaults(tmp_path: Path) -> None:
    assert read_queues(config(tmp_path, {"Name": "q"})) == {
        "q": QueueSettings(lock_duration=60_000, max_delivery_count=10, default_time_to_live=None)
    }


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"RequiresSession": True}, "RequiresSession"),
        ({"ForwardTo": "other"}, "ForwardTo"),
        ({"ForwardDeadLetteredMessagesTo": "other"}, "ForwardDeadLetteredMessagesTo"),
        ({"LockDuration": "PT0S"}, "LockDuration"),
        ({"LockDuration": "PT5M1S"}, "LockDuration"),
        ({"LockDuration": "1 minute"}, "LockDuration"),
        ({"LockDuration": 60}, "LockDuration"),
        ({"MaxDeliveryCount": 0}, "MaxDeliveryCount"),
        ({"MaxDeliveryCount": 2001}, "MaxDeliveryCount"),
        ({"MaxDeliveryCount": "10"}, "MaxDeliveryCount"),
        ({"DefaultMessageTimeToLive": "PT0.5S"}, "DefaultMessageTimeToLive"),
        ({"DuplicateDetectionHistoryTimeWindow": "P8D"}, "DuplicateDetectionHistoryTimeWindow"),
        ({"DuplicateDetectionHistoryTimeWindow": "PT19S"}, "DuplicateDetectionHistoryTimeWindow"),
        ({"MaxDeliveries": 3}, "MaxDeliveries"),
    ],
)
def test_what_a_queue_cannot_be_is_refused_with_its_name(
    tmp_path: Path, properties: dict[str, Any], complaint: str
) -> None:
    path = config(tmp_path, {"Name": "fine"}, {"Name": "orders", "Properties": properties})
    with pytest.raises(CannotStartError, match=rf"service-bus.json: queue 'orders': .*{complaint}"):
        read_queues(path)


def test_topics_are_refused_with_their_name(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="topic 'news'"):
        read_queues(config(tmp_path, Topics=[{"Name": "news", "Subscriptions": [{"Name": "all"}]}]))


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "$x", "ü", "a" * 261, "a b"])
def test_a_name_that_no_queue_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotStartError, match="a queue's name"):
        read_queues(config(tmp_path, {"Name": name}))


def test_two_queues_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="two queues"):
        read_queues(config(tmp_path, {"Name": "q"}, {"Name": "Q"}))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"UserConfig": {"Namespaces": []}}', '{"UserConfig": {}}'])
def test_what_is_no_entity_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "service-bus.json"
    path.write_text(text)
    with pytest.raises(CannotStartError, match=r"service-bus\.json"):
        read_queues(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"nowhere\.json"):
        read_queues(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1M", 60_000),
        ("PT5S", 5_000),
        ("P1D", 86_400_000),
        ("P2W", 1_209_600_000),
        ("P1DT2H3M4.567S", 93_784_567),
        ("PT0.1234567S", 123),
    ],
)
def test_durations_are_read(text: str, expected: int) -> None:
    assert milliseconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1M", "PT1", "P1M", "P1Y", "PT-1S", "pt1m", "PT1S ", "PT1.S", "PT٣S"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 8601 duration"):
        milliseconds(text)


@given(st.integers(0, 9_999), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99_999))
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, seconds: int) -> None:
    expected = ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000
    assert milliseconds(f"P{days}DT{hours}H{minutes}M{seconds}S") == expected
