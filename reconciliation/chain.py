"""The chain of all that was written about the archives: each link names files with their digests, and the link before.

Whoever changes, deletes or exchanges a report, a watermark or a link breaks the digest of some link, and so that of
every later one. The last one, the head, is kept apart from them, and told to the log.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec

FIRST_PREVIOUS = ""
"""The first link has this for the digest of the link before."""

HEAD_MISSING = "head missing"
"""The subject of a link that was written when the head was gone: links before it may be gone as well."""

NOT_AS_WRITTEN = "not as written: "
"""The beginning of the subject of a link that was written before the app wrote a file anew which somebody had altered:
the next link of that file would hide it. Its path follows."""

_UNKNOWN = "?"
_MANY = 1_000
_DIGITS = 11
_encoder = msgspec.json.Encoder(order="deterministic")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link. `subject` is the run whose report it is, `watermark`, `profiles`, or the path of an acknowledgement or of
    the rules in use; a later link of the same subject takes the place of this one. `files` has the SHA-256 of each file
    by its path in `reports`."""

    number: int
    previous: str
    subject: str
    files: dict[str, str]

    @property
    def data(self) -> bytes:
        """The link as it is stored."""
        return _encoder.encode(self)

    @property
    def head(self) -> "Head":
        """The head of a chain that ends with this link."""
        return Head(self.number, digest_of(self.data))


class Head(msgspec.Struct, frozen=True):
    """The end of the chain: the number of the last link, and its digest."""

    number: int = 0
    digest: str = FIRST_PREVIOUS

    def following(self, subject: str, files: Mapping[str, str]) -> Link:
        """The link behind this end."""
        return Link(number=self.number + 1, previous=self.digest, subject=subject, files=dict(files))

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class KeptHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """The head as it is kept, apart from the links; `announced` is the digest of the link that is being written.

    So no link comes into the chain that is not of the app, and a writer that dies leaves its own to the next one.
    """

    number: int = 0
    digest: str = FIRST_PREVIOUS
    announced: str = ""

    @property
    def head(self) -> Head:
        """The head itself."""
        return Head(self.number, self.digest)


class Verified(msgspec.Struct, frozen=True):
    """The outcome of verifying the chain: its length, its head as `number:digest`, and all that is wrong with it."""

    links: int
    head: str
    problems: list[str]


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(data).hexdigest()


def link_path(number: int) -> str:
    """The path of a link in the container `reports`."""
    return f"chain/{number:08}.json"


def number_of(path: str) -> int | None:
    """The number of the link at a path; None if no link lies there."""
    number = path.removeprefix("chain/").removesuffix(".json")
    is_number = number.isascii() and number.isdecimal() and 0 < len(number) <= _DIGITS
    return int(number) if is_number and link_path(int(number)) == path else None


def end_of(numbers: Iterable[int]) -> int:
    """The number of the last link, by the numbers of those that are there; 0 without any.

    Links may have been deleted, but more than half of them and _MANY are left: one that lies far behind all others was
    put there by somebody who wants the chain to seem endless.
    """
    return max((number for place, number in enumerate(sorted(numbers), 1) if number <= 2 * place + _MANY), default=0)


def parse_head(text: str) -> Head | None:
    """A head as `number:digest`; None if it is not one."""
    number, _, digest = text.partition(":")
    is_head = number.isascii() and number.isdecimal() and len(number) < 12 and len(digest) == 64
    return Head(int(number), digest) if is_head else None


def check_links(
    stored: Sequence[bytes | None], head: Head | None, noted: Head | None, announced: str = ""
) -> Iterable[str]:
    """The problems of the links, of which the first has the number 1; None stands for an absent link.

    `head` is the one that is kept apart, `announced` the digest of the link that it announces, `noted` a head that
    somebody took from a log or a message.
    """
    before = Head()
    for number, data in enumerate(stored, 1):
        link = read_link(data) if data is not None else None
        if link is None:
            yield f"link {number} is {'not readable' if data is not None else 'missing'}"
            before = Head(number, _UNKNOWN)
            continue
        if link.number != number:
            yield f"link {number} says that it is number {link.number}"
        if before.digest not in {_UNKNOWN, link.previous}:
            yield f"link {number} does not follow link {number - 1} as that is now: one of the two was changed"
        if link.subject == HEAD_MISSING:
            yield f"the head was missing when link {number} was written: links before it may have been deleted"
        if link.subject.startswith(NOT_AS_WRITTEN):
            path = link.subject.removeprefix(NOT_AS_WRITTEN)
            yield f"{path} was not what was written when link {number} was: what was made of it since rests on that"
        before = Head(number, digest_of(data or b""))
        if noted and noted.number == number and noted.digest != before.digest:
            yield f"link {number} is not the one of the head that was noted"
    if noted and noted.number > len(stored):
        yield f"the head that was noted has number {noted.number}, and the chain ends with {len(stored)}"
    yield from _check_head(stored, head, before, announced)


def _check_head(stored: Sequence[bytes | None], head: Head | None, last: Head, announced: str) -> Iterable[str]:
    if head is None:
        if stored:
            yield "the head that is kept apart is missing"
    elif head.number > len(stored):
        yield f"the head has number {head.number}, and the chain ends with {len(stored)}: the newest links were deleted"
    elif head.number == len(stored) and head != last and last.digest != _UNKNOWN:
        yield f"link {head.number} is not the one of the head: the newest link was changed"
    elif head.number < len(stored) - 1:
        yield f"the head has number {head.number}, and the chain ends with {len(stored)}: the head was changed"
    elif head.number == len(stored) - 1:
        # A link is announced, and written before the head moves to it; a writer that died in between has left the
        # move to the next one.
        link = read_link(stored[-1] or b"")
        if link and link.previous != head.digest:
            yield f"link {len(stored)} does not follow the head"
        elif last.digest != announced:
            yield f"link {len(stored)} was put there by somebody else: the head does not announce it"


def read_link(data: bytes) -> Link | None:
    """A link as it was stored; None if it cannot be read."""
    try:
        return msgspec.json.decode(data, type=Link)
    except (ValueError, RecursionError):
        return None


def newest(links: Iterable[Link]) -> dict[str, Link]:
    """The last link of each subject."""
    return {link.subject: link for link in links}
