"""Keys by which a run compares ids, places and contents as numbers, millions at a time. All of their bits decide.

A sender may choose ids and contents as it likes, and knows this code. So every key depends on a secret of the run, and
each domain has a `person` of its own: BLAKE2b keyed with the secret, of 128 bits for a text and a place, of 64 for a
content, which is compared under one id only. A UUID in its canonical form is masked with 128 secret bits: that takes a
fifth of the time, two of them never share a key, and the key can be turned back. Any other id keeps its text aside.
"""

from binascii import unhexlify
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.cutting import Cut, name_of, name_of_cut
from fraud.identity import canonical, canonical_body
from fraud.nesting import MAX_DEPTH
from fraud.readable import keepable, readable_events

SECRET_BYTES = 32
NO_CONTENT = 0
"""The key of a content that is not known; no content has it."""

_UUID_LENGTH = 36
_DASHES = [8, 13, 18, 23]
_DIGITS = [column for column in range(_UUID_LENGTH) if column not in _DASHES]
_NIBBLES = np.full(256, 255, np.uint8)
_NIBBLES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)

Keys = NDArray[Any]
"""Shape (n, 2), uint64: the upper and the lower half of each key."""


class RunKeys:
    """The keys of one run. They depend on its secret, so those of two runs have nothing in common."""

    def __init__(self, secret: bytes) -> None:
        self._text = blake2b(key=secret, person=b"text", digest_size=16)
        self._place = blake2b(key=secret, person=b"place", digest_size=16)
        self._case = blake2b(key=secret, person=b"case", digest_size=16)
        self._content = blake2b(key=secret, person=b"content", digest_size=8)
        self._raw = blake2b(key=secret, person=b"raw", digest_size=8)
        self._mask = np.frombuffer(blake2b(key=secret, person=b"uuid", digest_size=16).digest(), "<u8")

    def of_ids(self, ids: Sequence[str]) -> tuple[Keys, dict[int, str]]:
        """The key of each id, and the ids that are not canonical UUIDs by their position."""
        if set(map(len, ids)) - {_UUID_LENGTH}:
            fitting = [identifier if len(identifier) == _UUID_LENGTH else "-" * _UUID_LENGTH for identifier in ids]
            return self._with_names(ids, *_uuid_octets(fitting))
        if (octets := _canonical_octets("".join(ids))) is not None:
            return octets ^ self._mask, {}
        return self._with_names(ids, *_uuid_octets(ids))

    def _with_names(
        self, ids: Sequence[str], octets: Keys, canonical: NDArray[np.bool_]
    ) -> tuple[Keys, dict[int, str]]:
        keys = octets ^ self._mask
        odd: list[int] = np.flatnonzero(~canonical).tolist()
        named = {position: ids[position] for position in odd}
        keys[odd] = _digests(self._text, [name.encode("utf-8", "surrogatepass") for name in named.values()])
        return keys, named

    def id_of(self, upper: int, lower: int) -> str:
        """The canonical UUID with this key."""
        text = f"{upper ^ int(self._mask[0]):016x}{lower ^ int(self._mask[1]):016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def of_places(self, partition_id: str, sequences: Sequence[int]) -> Keys:
        """The key of each place in a partition, which names a malformed body in place of an id."""
        return _digests(self._place, [msgspec.json.encode((partition_id, sequence)) for sequence in sequences])

    def of_cases(self, names: Sequence[str]) -> Keys:
        """The key of each case, by its name."""
        return _digests(self._case, [name.encode("utf-8", "surrogatepass") for name in names])

    def of_content(self, form: bytes) -> int:
        """The key of a content in its canonical form (`fraud.identity.canonical`)."""
        return self.of_name(name_of(form))

    def of_cut(self, event: dict[str, Any], of: Cut, number: int = 0) -> int:
        """The same of a content that a verdict has cut, with its number as in `of_event`."""
        return self.of_name(_numbered(name_of_cut(keepable(event), of), number))

    def of_name(self, name: bytes) -> int:
        """The key of a content by its name, or of the fields of a case."""
        state = self._content.copy()
        state.update(name)
        return int.from_bytes(state.digest(), "little") or 1

    def of_raw(self, body: bytes) -> int:
        """The key of a body's bytes as they came, which is what quarantine keeps of it."""
        state = self._raw.copy()
        state.update(body)
        return int.from_bytes(state.digest(), "little") or 1

    def of_event(self, event: dict[str, Any], number: int = 0) -> int:
        """The key of the content of an event that was read out of a body, with its number among the flagged ones of
        that body: at their place, two of one content are told apart."""
        return self.of_name(_numbered(name_of(canonical(keepable(event))), number))

    def of_body(self, body: bytes) -> int:
        """The key of the content of a body as it is judged; NO_CONTENT if it does not hold one object."""
        try:
            if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
                return self.of_content(canonical_body(body, keepable))
        except (ValueError, OverflowError, RecursionError):
            pass
        events = readable_events(body)
        return self.of_content(canonical(events[0])) if len(events) == 1 else NO_CONTENT


def _numbered(name: bytes, number: int) -> bytes:
    return b"%d\n%b" % (number, name) if number else name


def _digests(state: blake2b, texts: Iterable[bytes]) -> Keys:
    return np.frombuffer(b"".join([_digest(state.copy(), text) for text in texts]), "<u8").reshape(-1, 2)


def _digest(state: blake2b, text: bytes) -> bytes:
    state.update(text)
    return state.digest()


def _canonical_octets(text: str) -> Keys | None:
    """The octets of ids of 36 characters that follow each other, if all are canonical UUIDs."""
    if not text.isascii():
        return None
    characters = text.encode()
    columns = np.frombuffer(characters, np.uint8).reshape(-1, _UUID_LENGTH)
    digits = characters.translate(None, b"-")
    if len(digits) != 32 * len(columns) or digits != digits.lower() or not (columns[:, _DASHES] == ord("-")).all():
        return None
    try:
        octets = unhexlify(digits)
    except ValueError:
        return None
    return np.frombuffer(octets, ">u8").reshape(-1, 2).astype(np.uint64)


def _uuid_octets(ids: Sequence[str]) -> tuple[Keys, NDArray[np.bool_]]:
    # A character outside Latin-1 becomes one `?`, which is not a digit: every id keeps its 36 columns.
    text = np.frombuffer("".join(ids).encode("latin-1", "replace"), np.uint8).reshape(len(ids), _UUID_LENGTH)
    nibbles = _NIBBLES[text[:, _DIGITS]]
    canonical = (nibbles < 16).all(axis=1) & (text[:, _DASHES] == ord("-")).all(axis=1)
    octets = np.ascontiguousarray((nibbles[:, 0::2] << 4) | (nibbles[:, 1::2] & 15))
    return octets.view(">u8").astype(np.uint64), canonical
