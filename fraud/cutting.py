"""A long event as its verdict keeps it: cut to what is judged, with the size and the digest of all of it.

A producer may send 1 MB of fields that no rule reads, a thousand times in a window. Blobs of verdicts are read whole by
many: they are amended, made into cases, shown, tried and judged again. The archive and Capture have every event whole.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from fraud.archive import RESERVED
from fraud.context.event_facts import LONGEST_TEXT
from fraud.events import StoreEvent
from fraud.identity import canonical, content_digest

LONGEST_EVENT = 4 * 1024
"""Bytes of an event, in canonical form, that a verdict keeps whole. A store's own have 500."""

_KEPT = frozenset(StoreEvent.__struct_fields__) | RESERVED
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Cut(msgspec.Struct, frozen=True):
    """The event that was cut: its bytes in canonical form, and their `content_digest`."""

    bytes: int
    digest: str


def cut(event: Mapping[str, Any], form: bytes) -> tuple[dict[str, Any], Cut]:
    """A long event, whose canonical form this is, with the fields that are judged alone.

    Of a text it has the beginning, of an array or an object no more than that it is one: the facts of both are the
    same. The id is kept whole, since windows name it.
    """
    kept = {name: value if name == "id" else _kept(value) for name, value in event.items() if name in _KEPT}
    return kept, Cut(len(form), content_digest(form))


def cut_form(form: bytes) -> tuple[dict[str, Any], Cut]:
    """The same of the form alone, of which no more is read than is kept."""
    fields = _fields.decode(form)
    return cut({name: _value(bytes(fields[name])) for name in _KEPT & fields.keys()}, form)


def name_of(form: bytes) -> bytes:
    """The name of a content, by its canonical form: the form itself, or what a verdict keeps of a long one."""
    if len(form) <= LONGEST_EVENT:
        return form
    return name_of_cut(*cut_form(form))


def name_of_cut(event: dict[str, Any], of: Cut) -> bytes:
    """The same of an event that was cut. All that is kept of it is in the name, so that no change of it hides."""
    return b"%b\n%d %b" % (canonical(event), of.bytes, of.digest.encode())


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return []
    return {} if isinstance(value, dict) else value


def _value(text: bytes) -> Any:
    """A value in JSON as far as it is kept: what may have half a million values is not read."""
    if text.startswith(b"["):
        return []
    return {} if text.startswith(b"{") else msgspec.json.decode(text)
