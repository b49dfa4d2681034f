"""A walker for exactly the schema that Capture documents: it steps over what reconciliation does not need.

It follows every length that the writer set, and refuses a block that it does not end with to the byte. `1/2/2026`
stands for a time; the lengths are zigzag numbers, so a value below 128 is twice the length in one byte.
"""

import struct

from fraud.reconciliation.capture_records import ENQUEUED, DamagedRecordError, Records, read_moment

_ENQUEUED = ENQUEUED.encode()
_DOUBLE_LENGTH = 8


def walk(data: bytes, count: int, into: Records) -> None:
    """Read `count` records of a block into `into`. Raises DamagedRecordError."""
    position = 0
    try:
        position = _walk(data, count, into)
    except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise DamagedRecordError(f"record {len(into.bodies)} of its block: {error or 'cut short'}") from error
    if position != len(data):
        raise DamagedRecordError(f"the block's {count} records take {position} bytes and not {len(data)}")


def _walk(data: bytes, count: int, into: Records) -> int:  # noqa: PLR0912, PLR0915 - one loop, for speed: no call a record
    sequences, enqueued = into.sequences.append, into.enqueued.append
    exact, bodies = into.exact.append, into.bodies.append
    position = 0
    last_text = b""
    second, second_is_exact = 0, False
    for _ in range(count):
        octet = data[position]
        position += 1
        number = octet & 127
        shift = 7
        while octet > 127:
            octet = data[position]
            position += 1
            number |= (octet & 127) << shift
            shift += 7
        sequence = (number >> 1) ^ -(number & 1)
        # The offset.
        octet = data[position]
        if octet > 127:
            length, position = _length(data, position)
            position += length
        else:
            position += 1 + (octet >> 1)
        # The time of arrival.
        octet = data[position]
        if octet > 127:
            raise ValueError("a time of more than 63 characters")
        end = position + 1 + (octet >> 1)
        text = data[position + 1 : end]
        if text != last_text:
            second, second_is_exact = read_moment(text.decode())
            last_text = text
        position = end
        moment = None
        if data[position]:
            position, moment = _system_properties(data, position)
        else:
            position += 1
        if data[position]:
            position = _skip_map(data, position)
        else:
            position += 1
        # The body: a union of null and bytes.
        branch = data[position]
        position += 1
        if branch == 2:
            octet = data[position]
            if octet > 127:
                following = data[position + 1]
                if following < 128:
                    length = ((octet & 127) | following << 7) >> 1
                    position += 2
                else:
                    length, position = _length(data, position)
            else:
                length = octet >> 1
                position += 1
            end = position + length
            body = data[position:end]
            position = end
        elif branch == 0:
            body = b""
        else:
            raise ValueError(f"a body of branch {branch}")
        if position > len(data):
            raise ValueError("cut short")
        sequences(sequence)
        bodies(body)
        if moment is None:
            enqueued(second)
            exact(second_is_exact)
        else:
            enqueued(moment)
            exact(True)
    return position


def _system_properties(data: bytes, position: int) -> tuple[int, int | None]:
    """Walk a map; gives the position after it, and the exact time of arrival if it holds one."""
    moment: int | None = None
    while True:
        count, position = _long(data, position)
        if count == 0:
            return position, moment
        if count < 0:
            _, position = _long(data, position)
            count = -count
        for _ in range(count):
            length, position = _length(data, position)
            key = data[position : position + length]
            position += length
            branch = data[position]
            position += 1
            if branch == 0:
                number, position = _long(data, position)
                if key == _ENQUEUED:
                    moment = number
            else:
                position = _skip_value(data, position, branch)


def _skip_map(data: bytes, position: int) -> int:
    while True:
        count, position = _long(data, position)
        if count == 0:
            return position
        if count < 0:
            _, position = _long(data, position)
            count = -count
        for _ in range(count):
            length, position = _length(data, position)
            position += length
            branch = data[position]
            position += 1
            if branch == 0:
                _, position = _long(data, position)
            else:
                position = _skip_value(data, position, branch)


def _skip_value(data: bytes, position: int, branch: int) -> int:
    """Step over a double, a string, bytes or null; `branch` is the union's byte, twice its number."""
    if branch == 2:
        return position + _DOUBLE_LENGTH
    if branch in (4, 6):
        length, position = _length(data, position)
        return position + length
    if branch == 8:
        return position
    raise ValueError(f"a property of branch {branch}")


def _length(data: bytes, position: int) -> tuple[int, int]:
    length, position = _long(data, position)
    if length < 0:
        raise ValueError(f"a length of {length}")
    return length, position


def _long(data: bytes, position: int) -> tuple[int, int]:
    octet = data[position]
    position += 1
    if octet < 128:
        return (octet >> 1) ^ -(octet & 1), position
    value, shift = octet & 127, 7
    while octet > 127:
        octet = data[position]
        position += 1
        value |= (octet & 127) << shift
        shift += 7
    return (value >> 1) ^ -(value & 1), position
