"""A table of profiles by key: those of earlier days stay as bytes until they are asked for, one by one.

A million customers take 2 GB as objects and a tenth of it as bytes, and a window asks for a few hundred.
"""

from collections.abc import Iterable, Iterator, Set
from typing import Generic, TypeVar
from zlib import crc32

import msgspec

Profile = TypeVar("Profile")

_rows = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.msgpack.Encoder()


class ProfileTable(Generic[Profile]):
    """Profiles of one kind."""

    def __init__(self, kind: type[Profile]) -> None:
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._kept: dict[str, msgspec.Raw] = {}
        self._read: dict[str, Profile] = {}

    def __len__(self) -> int:
        return len(self._kept.keys() | self._read.keys())

    def __contains__(self, key: object) -> bool:
        return key in self._read or key in self._kept

    def get(self, key: str) -> Profile | None:
        """The profile of a key, to be read or changed; None if it has none."""
        profile = self._read.get(key)
        if profile is None and (kept := self._kept.get(key)) is not None:
            profile = self._read[key] = self._decoder.decode(kept)
        return profile

    def put(self, key: str, profile: Profile) -> Profile:
        """Keep a profile; the profile itself."""
        self._read[key] = profile
        return profile

    def load(self, shards: Iterable[bytes]) -> None:
        """Take in what `shards` gave. Raises msgspec.MsgspecError if it is anything else."""
        for shard in shards:
            self._kept |= _rows.decode(shard)

    def load_some(self, shard: bytes, keys: Set[str]) -> None:
        """Take in what a shard has of some keys, and let go of the rest of it. Raises msgspec.MsgspecError."""
        rows = _rows.decode(shard)
        self._kept |= {key: rows[key].copy() for key in keys & rows.keys()}

    def shards(self, count: int) -> Iterator[bytes]:
        """The table in `count` parts by key, the keys in order: the same profiles give the same bytes."""
        keys: list[list[str]] = [[] for _ in range(count)]
        for key in self._kept.keys() | self._read.keys():
            keys[crc32(key.encode("utf-8", "surrogatepass")) % count].append(key)
        for of_shard in keys:
            yield _encoder.encode({key: self._bytes(key) for key in sorted(of_shard)})

    def _bytes(self, key: str) -> msgspec.Raw:
        profile = self._read.get(key)
        return self._kept[key] if profile is None else msgspec.Raw(_encoder.encode(profile))
