"""Documents of Cosmos, which somebody may have altered: one that cannot be read hides none of its neighbours."""

import logging
from typing import Any, TypeVar

import msgspec

_log = logging.getLogger(__name__)
Kind = TypeVar("Kind", bound=msgspec.Struct)


def read_stored(document: dict[str, Any], kind: type[Kind]) -> Kind | None:
    """A document as what it should be; None, and a line in the log, for one that cannot be read as such."""
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        _log.warning("the document %.200s is not a %s: %s", document.get("id"), kind.__name__, error)
        return None
