"""A walker for exactly the schema that Capture documents: it steps over what reconciliation does not need.

It follows every length that the writer set, and refuses a block that it does not end with to the byte. Avro's numbers
are zigzag and little-endian in groups of seven bits: an octet below 128 is a whole number, and a length is half of it.
Each step is written out where it is needed; as functions they would cost more than the rest of the walk.
"""

from reconciliation.capture.records import END_OF_TIME, ENQUEUED, DamagedRecordError, Records, read_moment

_ENQUEUED = ENQUEUED.encode()
_ENQUEUED_OCTET = 2 * len(_ENQUEUED)
_MAX_SHIFT = 70
_EMPTY_MAPS = b"\0\0"
LONG, DOUBLE, TEXT, OCTETS, NULL = 0, 2, 4, 6, 8
"""The octets of a property's branches: twice their numbers."""
BODY = 2
"""The octet of the body's branch that has bytes."""
DOUBLE_LENGTH = 8


def walk(data: bytes, start: int, end: int, count: int, into: Records) -> None:
    """Read the `count` records in data[start:end] into `into`. Raises DamagedRecordError."""
    before = len(into.bodies)
    try:
        position = _walk(data, start, end, count, into)
    except (ValueError, IndexError) as error:
        reason = "it is cut short" if isinstance(error, IndexError) else error
        raise DamagedRecordError(f"record {len(into.bodies) - before} of its block: {reason}") from error
    if position != end:
        raise DamagedRecordError(f"the block's {count} records take {position - start} bytes and not {end - start}")


def _walk(data: bytes, position: int, limit: int, count: int, into: Records) -> int:  # noqa: PLR0912, PLR0915
    sequences, enqueued, bodies = into.sequences.append, into.enqueued.append, into.bodies.append
    starts_with = data.startswith
    # The bytes of the time in the record before, alone and with two empty maps behind.
    text = bare = b"\xff"
    text_length, second = 1, 0
    for _ in range(count):
        # The sequence number.
        octet = data[position]
        number = octet & 127
        shift = 7
        position += 1
        while octet > 127 and shift < _MAX_SHIFT:
            octet = data[position]
            number |= (octet & 127) << shift
            shift += 7
            position += 1
        if octet > 127 or number >> 64:
            raise ValueError("a number of more than 64 bits")
        # The offset, a string.
        octet = data[position]
        if octet < 128:
            position += 1 + (octet >> 1)
        else:
            length, position = length_at(data, position)
            position += length
        # The time of arrival, and two maps.
        if starts_with(bare, position):
            position += text_length + 2
            moment = second
        else:
            if starts_with(text, position):
                position += text_length
            else:
                text, second = _read_text(data, position)
                text_length = len(text)
                bare = text + _EMPTY_MAPS
                position += text_length
            moment = second
            if data[position]:
                position, exact = _walk_map(data, position)
                if exact is not None and 0 <= exact < END_OF_TIME:
                    moment = exact
            else:
                position += 1
            if data[position]:
                position, _ = _walk_map(data, position)
            else:
                position += 1
        # The body: null or bytes.
        octet = data[position]
        if octet == BODY:
            octet = data[position + 1]
            if octet < 128:
                length = octet >> 1
                position += 2
            elif data[position + 2] < 128:
                length = ((octet & 127) | data[position + 2] << 7) >> 1
                position += 3
            else:
                length, position = length_at(data, position + 1)
            start = position
            position += length
        elif octet == 0:
            position += 1
            start = position
        else:
            raise ValueError(f"a body of branch {octet / 2:g}")
        if position > limit:
            raise ValueError("it is cut short")
        sequences((number >> 1) ^ -(number & 1))
        enqueued(moment)
        bodies(data[start:position])
    return position


def _read_text(data: bytes, position: int) -> tuple[bytes, int]:
    """The bytes of a time with its length in front, and the moment."""
    octet = data[position]
    if octet > 127 or octet & 1:
        raise ValueError("a time of more than 63 characters")
    text = data[position : position + 1 + (octet >> 1)]
    return text, read_moment(text[1:].decode())


def _walk_map(data: bytes, position: int) -> tuple[int, int | None]:  # noqa: PLR0912
    """Step over a map; gives the position after it, and the exact time of arrival if it holds one."""
    moment: int | None = None
    count = data[position]
    position += 1
    while count:
        if count & 1 or count > 127:
            entries, position = _block_count(data, position - 1)
        else:
            entries = count >> 1
        for _ in range(entries):
            octet = data[position]
            if octet < 128:
                key = position + 1
                position = key + (octet >> 1)
            else:
                length, key = length_at(data, position)
                position = key + length
            branch = data[position]
            if branch in (4, 6):  # strings and bytes; a tuple of names would be built each time
                octet = data[position + 1]
                if octet < 128:
                    position += 2 + (octet >> 1)
                else:
                    length, position = length_at(data, position + 1)
                    position += length
            elif branch == LONG:
                position += 1
                if octet == _ENQUEUED_OCTET and data.startswith(_ENQUEUED, key):
                    moment, position = long_at(data, position)
                else:
                    while data[position] > 127:
                        position += 1
                    position += 1
            elif branch == DOUBLE:
                position += 1 + DOUBLE_LENGTH
            elif branch == NULL:
                position += 1
            else:
                raise ValueError(f"a property of branch {branch / 2:g}")
        count = data[position]
        position += 1
    return position, moment


def _block_count(data: bytes, position: int) -> tuple[int, int]:
    """The number of entries of a map's block; a negative one is followed by the block's size."""
    count, position = long_at(data, position)
    if count < 0:
        _, position = long_at(data, position)
    return abs(count), position


def length_at(data: bytes, position: int) -> tuple[int, int]:
    """A length, and the position after it. Raises ValueError if it is negative, or as `long_at`."""
    length, position = long_at(data, position)
    if length < 0:
        raise ValueError(f"a length of {length}")
    return length, position


def long_at(data: bytes, position: int) -> tuple[int, int]:
    """A zigzag long, and the position after it. Raises ValueError above 64 bits, IndexError where the data ends."""
    octet = data[position]
    position += 1
    value, shift = octet & 127, 7
    while octet > 127 and shift < _MAX_SHIFT:
        octet = data[position]
        position += 1
        value |= (octet & 127) << shift
        shift += 7
    if octet > 127 or value >> 64:
        raise ValueError("a number of more than 64 bits")
    return (value >> 1) ^ -(value & 1), position
