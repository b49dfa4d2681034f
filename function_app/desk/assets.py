"""The files that a browser caches: a name holds the digest of its content, which therefore never changes."""

import hashlib
from functools import cache
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


class Asset(msgspec.Struct, frozen=True):
    """A file, and the name under which it is served: `desk.3f2a9c0d11.css`."""

    served_as: str
    content: bytes
    mimetype: str


@cache
def assets() -> dict[str, Asset]:
    """Every asset by the name of its file."""
    return {file.name: _asset(file) for file in sorted(_FOLDER.iterdir()) if file.suffix in _TYPES}


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:10]
    return Asset(f"{file.stem}.{digest}{file.suffix}", content, _TYPES[file.suffix])


def served_asset(name: str) -> Asset | None:
    """The asset of a name as it is served; None for another content."""
    return next((asset for asset in assets().values() if asset.served_as == name), None)


def address(name: str) -> str:
    """The address of an asset. Raises KeyError for an unknown file."""
    return f"/desk/static/{assets()[name].served_as}"
