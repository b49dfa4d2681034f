"""A shard of a table of profiles, all of them as bytes but for those that are being changed."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

Profile = TypeVar("Profile")

_rows = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.msgpack.Encoder()


class Shard(Generic[Profile]):
    """Profiles by key."""

    def __init__(self, kind: type[Profile], before: bytes | None) -> None:
        """`before` is what `encoded` gave. Raises msgspec.MsgspecError if it is anything else."""
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._kept: dict[str, msgspec.Raw] = {} if before is None else _rows.decode(before)

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str) -> Profile | None:
        """The profile of a key, read anew; None if it has none."""
        kept = self._kept.get(key)
        return None if kept is None else self._decoder.decode(kept)

    def keep(self, keys: Iterable[str], profiles: Iterable[Profile]) -> None:
        """Keep profiles as they are now."""
        self._kept.update(zip(keys, map(msgspec.Raw, map(_encoder.encode, profiles)), strict=True))

    def encoded(self) -> bytes:
        """The shard as `ProfileTable.shards` gives it: the same profiles give the same bytes."""
        return _encoder.encode({key: self._kept[key] for key in sorted(self._kept)})
