"""Effective partition keys and ranges: the SDK computes the same ones."""

# pyright: reportUnknownMemberType=false, reportPrivateUsage=false, reportUnknownVariableType=false
import msgspec
import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.partition_key import NonePartitionKeyValue

from local_azure.cosmos.effective_key import effective_key
from local_azure.cosmos.ranges import Ranges, Span
from local_azure.cosmos.throughput import Throughput

VALUES = ["", "a", "store-0001", "x" * 15, "x" * 16, "x" * 17, "é" * 33, "x" * 2048, 0, 1, 1.5, -3, True, False, None]


@pytest.mark.parametrize("value", VALUES)
def test_a_key_is_hashed_as_the_sdk_does(value: str | float | bool | None) -> None:
    wanted = PartitionKey("/a")._get_effective_partition_key_string([value])
    assert effective_key(msgspec.json.encode([value]).decode()) == wanted


def test_a_document_without_the_key_has_a_hash_of_its_own() -> None:
    wanted = PartitionKey("/a")._get_effective_partition_key_string([NonePartitionKeyValue])
    assert effective_key("[{}]") == wanted != effective_key("[null]")


def test_a_hierarchical_key_begins_with_the_key_of_its_prefix() -> None:
    key = PartitionKey(["/a", "/b"])
    assert effective_key('["x","y"]') == key._get_effective_partition_key_string(["x", "y"])
    assert effective_key('["x","y"]').startswith(effective_key('["x"]'))


def test_ranges_follow_each_other_and_share_the_keys_evenly() -> None:
    ranges = Ranges(5)
    assert [span.low for span in ranges.spans[1:]] == [span.high for span in ranges.spans[:-1]]
    assert (ranges.spans[0].low, ranges.spans[-1].high) == ("", "FF")
    assert ranges.spans[-1].low == "33333333333333333333333333333330"
    counts = [0] * 5
    for number in range(2_000):
        counts[ranges.of(f'["{number}"]')] += 1
    assert min(counts) > 300


@pytest.mark.parametrize(
    ("amount", "autoscale", "ranges"),
    [
        (400, False, 1),
        (10_000, False, 1),
        (10_100, False, 2),
        (12_000, False, 2),
        (30_000, False, 5),
        (10_000, True, 1),
        (11_000, True, 2),
    ],
)
def test_throughput_decides_how_many_ranges_there_are(amount: int, autoscale: bool, ranges: int) -> None:
    assert Throughput(amount, autoscale=autoscale).ranges == ranges


def test_what_two_spans_have_in_common() -> None:
    assert Span("10", "30").within(Span("20", "FF")) == Span("20", "30")
