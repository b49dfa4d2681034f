"""Decimals of 128 bits in application properties, passed on in the form that the SDK for Python reads."""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
import importlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.bodies import plain
from local_azure.amqp.message import map_section, pair
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.service_decimals import rewritten, standard
from local_azure.amqp.spans import pairs
from local_azure.amqp.values import DecimalBits

SDK: Any = importlib.import_module("azure.servicebus._pyamqp._decode")
CODER: Any = importlib.import_module("azure.servicebus._pyamqp._encode")


def sent(number: Decimal) -> bytes:
    """The value as the SDK writes it."""
    output = bytearray()
    CODER.encode_decimal128(output, number)
    return bytes(output)


def passed_on(number: Decimal) -> bytes:
    """The value in a section that the service has written anew."""
    section = map_section(SectionCode.APPLICATION_PROPERTIES, [pair("a", 1), (pair("d", "")[0], sent(number))])
    return dict(pairs(rewritten(section)))[pair("d", "")[0]]


@pytest.mark.parametrize("text", ["1.2345", "0", "-12.50", "5", "1E+3", "0.0000000001", "4294967295"])
def test_the_sdk_reads_what_the_service_passes_on(text: str) -> None:
    assert SDK._decode_decimal128(memoryview(passed_on(Decimal(text)))[1:])[1] == Decimal(text)


@given(st.decimals(-(10**20), 10**20, places=4))
def test_our_own_readers_see_the_number_that_was_sent(number: Decimal) -> None:
    assert plain(DecimalBits(standard(passed_on(number)[1:]))) == number


@pytest.mark.parametrize("text", ["1E-40", "1E+40", "79228162514264337593543950336"])
def test_a_number_that_dotnet_does_not_hold_stays_as_it_came(text: str) -> None:
    assert passed_on(Decimal(text)) == sent(Decimal(text))
    assert standard(sent(Decimal(text))[1:]) == sent(Decimal(text))[1:]


def test_properties_without_decimals_stay_as_they_came() -> None:
    section = map_section(SectionCode.APPLICATION_PROPERTIES, [pair("a\x94", 0x94), pair("b", b"\x94" * 20)])
    assert rewritten(section) == section
