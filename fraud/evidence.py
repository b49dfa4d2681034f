"""Evidence: every fact that the first judging of a content had, kept beside the verdicts for whoever judges it again.

A fact is as of the end of the window, so it can be computed again; but an event may reach the archive late, leave it
after its time, or be deleted. What was judged is what was read then.
"""

import gzip
import zlib
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.rules.language import Value
from fraud.rules.rates import Rates

MOST_BYTES = 256 * 1024 * 1024
"""Of a part: what is judged at once, or the lines of the largest body, have less than 100 MB. Packed, 1 MB may hold
1 GB, by which whoever writes one would end each process that reads it."""

_GZIP = zlib.MAX_WBITS | 16
_encoder = msgspec.json.Encoder(order="deterministic")


class Evidence(msgspec.Struct, frozen=True):
    """The facts of one content under an id, by name; one that is missing could not be told.

    `content` is the digest of its canonical form. `in_window` tells that it first arrived in the window itself.
    """

    event_id: str
    content: str
    in_window: bool
    facts: dict[str, Value]

    def digest(self, profile_day: date | None) -> str:
        """The name that a verdict gives it: 128 bits in hexadecimal, of all of it and of the day of the profiles."""
        return _digest((self.event_id, self.content, self.in_window, self.facts, profile_day))

    def former_digest(self, profile_day: date | None) -> str:
        """The name that verdicts of earlier versions give it, without `in_window`."""
        return _digest((self.event_id, self.content, self.facts, profile_day))


def _digest(of: tuple[object, ...]) -> str:
    return sha256(_encoder.encode(of)).hexdigest()[:32]


_Count = Annotated[float, Meta(ge=0)]
"""Nobody counts less than nothing, and no logarithm could be taken of it."""


class KeptRates(msgspec.Struct, frozen=True, dict=True):
    """`Rates` in JSON, whose keys are texts."""

    asked: _Count = 0
    reached: tuple[tuple[str, int, _Count], ...] = ()

    @classmethod
    def of(cls, rates: Rates) -> "KeptRates":
        """Rates as they are kept, in the order of the rules."""
        return cls(rates.asked, tuple((rule, step, times) for (rule, step), times in sorted(rates.reached.items())))

    @cached_property
    def rates(self) -> Rates:
        """The rates themselves: one object, since a set weighs its rules anew for each that it is asked with."""
        return Rates(self.asked, {(rule, step): times for rule, step, times in self.reached})


NO_KEPT_RATES = KeptRates()


class EvidencePart(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence that one look-up added. `profile_day` is the last day that the profiles know; None without profiles.

    `rates` are those up to that day, by the name of the rule set.
    """

    profile_day: date | None
    rates: dict[str, KeptRates]
    entries: tuple[Evidence, ...]
    rules: str | msgspec.UnsetType = msgspec.UNSET
    """Of what is judged by its place, the id of the set that judged it first, and so judges it; else absent."""


class Snapshot:
    """All evidence of a slice of a window: later parts count before earlier ones."""

    def __init__(self, parts: Iterable[EvidencePart] = ()) -> None:
        self.parts: list[EvidencePart] = []
        self.damaged = 0
        """Parts that somebody has damaged; they keep their numbers, and say nothing."""
        self._by_content: dict[tuple[str, str], Evidence] = {}
        self._by_digest: dict[str, tuple[Evidence, EvidencePart]] = {}
        self._without_digest: list[EvidencePart] = []
        self._without_former: list[EvidencePart] = []
        for part in parts:
            self.add(part)

    @property
    def next_number(self) -> int:
        """The number of the part that comes after those that were read."""
        return len(self.parts) + self.damaged

    def add(self, part: EvidencePart) -> None:
        """Add a part."""
        self.parts.append(part)
        self._by_content.update(((entry.event_id, entry.content), entry) for entry in part.entries)
        self._without_digest.append(part)
        self._without_former.append(part)

    def of(self, event_id: str, content: str) -> Evidence | None:
        """The latest evidence on a content; None if it was never judged."""
        return self._by_content.get((event_id, content))

    def named(self, digest: str) -> tuple[Evidence, EvidencePart] | None:
        """The evidence that a verdict names, and its part; None if it is not here."""
        # Who judges asks by content, and digests take longer than all else here.
        for part in self._without_digest:
            self._by_digest.update((entry.digest(part.profile_day), (entry, part)) for entry in part.entries)
        self._without_digest.clear()
        if digest in self._by_digest:
            return self._by_digest[digest]
        for part in self._without_former:
            for entry in part.entries:
                self._by_digest.setdefault(entry.former_digest(part.profile_day), (entry, part))
        self._without_former.clear()
        return self._by_digest.get(digest)


class DamagedEvidenceError(ValueError):
    """Bytes that are not a part."""


def packed(part: EvidencePart) -> bytes:
    """A part as gzip of JSON: the same part gives the same bytes. A flagged event takes about 400 of them."""
    return gzip.compress(_encoder.encode(part), compresslevel=1, mtime=0)


def unpacked(data: bytes) -> EvidencePart:
    """Read what `packed` wrote. Raises DamagedEvidenceError if it is anything else."""
    try:
        return _decoder.decode(_within_bounds(data))
    except (OSError, EOFError, zlib.error, msgspec.DecodeError, RecursionError) as error:
        raise DamagedEvidenceError(f"not a part of evidence: {error}") from error


def _within_bounds(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=_GZIP)
    text = unpacking.decompress(data, MOST_BYTES)
    if not unpacking.eof or unpacking.unused_data:
        raise DamagedEvidenceError(f"not a part of evidence: cut off, not alone, or of more than {MOST_BYTES:,} bytes")
    return text


_decoder = msgspec.json.Decoder(EvidencePart)
