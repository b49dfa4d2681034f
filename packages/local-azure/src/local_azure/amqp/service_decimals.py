"""Decimals of 128 bits in application properties, as Service Bus passes them on.

The service reads the properties and writes them anew with .NET's AMQP library. That puts the exponent two bits lower
than IEEE 754 does, and azure-servicebus for Python reads decimals in this form alone, though it sends them as IEEE 754.
Microsoft's test of it: test_message.py, test_message_property.
"""

from local_azure.amqp.spans import elements

_CONSTRUCTOR = 0x94
_BIAS, _MOST_DIGITS, _MOST = 6176, 28, 1 << 96
_COEFFICIENT_BITS = 113
_IEEE_EXPONENTS = range(_BIAS - _MOST_DIGITS, _BIAS + _MOST_DIGITS + 1)
_ITS_FIRST_BITS = (_BIAS - _MOST_DIGITS) >> 9


def rewritten(section: bytes) -> bytes:
    """A section of application properties whose decimals are as the service writes them."""
    if _CONSTRUCTOR not in section:
        return section
    parts = elements(section)
    return section[: len(section) - sum(map(len, parts))] + b"".join(map(_value, parts))


def standard(bits: bytes) -> bytes:
    """The 16 bytes of such a decimal in the form of IEEE 754; any others as they are."""
    if len(bits) != 16 or bits[0] & 0x7F != _ITS_FIRST_BITS:
        return bits
    exponent = (bits[0] & 0x7F) << 9 | bits[1] >> 1
    return _bits(bits[0] >> 7, exponent << _COEFFICIENT_BITS, int.from_bytes(bits[4:], "big"))


def _value(part: bytes) -> bytes:
    if part[0] != _CONSTRUCTOR:
        return part
    number = int.from_bytes(part[1:], "big")
    exponent = number >> _COEFFICIENT_BITS & 0x3FFF
    coefficient = number & ((1 << _COEFFICIENT_BITS) - 1)
    if exponent not in _IEEE_EXPONENTS:
        return part
    if exponent > _BIAS:
        coefficient *= 10 ** (exponent - _BIAS)
        exponent = _BIAS
    if coefficient >= _MOST:
        return part  # .NET's decimal does not hold it
    return part[:1] + _bits(number >> 127, (exponent >> 9) << 120 | (exponent & 0x7F) << 113, coefficient)


def _bits(sign: int, exponent: int, coefficient: int) -> bytes:
    return (sign << 127 | exponent | coefficient).to_bytes(16, "big")
