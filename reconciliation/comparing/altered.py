"""The documents that hold something else than what was captured, told by the digests of either side."""

from collections.abc import Mapping, Sequence

import numpy as np

from reconciliation.comparing.differences import Difference
from reconciliation.comparing.grouping import Numbers
from reconciliation.ranges import window_end
from reconciliation.reading.keys import id_of
from reconciliation.reading.rows import NO_STORE, Kind, Rows, mixed, store_name


def altered(contents: Rows, first_window: int, last_window: int) -> Rows:
    """One captured row for each id that arrived in these windows and whose document holds something else.

    An id that was captured with several contents is in order if its document holds one of them.
    """
    captured = contents[contents["kind"] == Kind.CAPTURED]
    documents = contents[contents["kind"] == Kind.DOCUMENT]
    # Both sides of an id hash alike only if the contents do, but for one chance in 2 ** 64.
    strange = documents[~np.isin(_key_and_digest(documents), _key_and_digest(captured))]
    inside = captured[(captured["window"] >= first_window) & (captured["window"] <= last_window)]
    found = inside[np.isin(mixed(inside), mixed(strange))]
    return found[np.unique(found[["upper", "lower"]], return_index=True)[1]]


def differences(found: Rows, rows: Rows, names: Mapping[int, str], partitions: Sequence[str]) -> list[Difference]:
    """The altered ids for the report; `rows` are those of the archive in the same bucket, `names` their odd ids."""
    result: list[Difference] = []
    for one in found:
        places = np.flatnonzero((rows["upper"] == one["upper"]) & (rows["lower"] == one["lower"])).tolist()
        place = next(n for n in places if rows["kind"][n] == Kind.CAPTURED and rows["window"][n] == one["window"])
        sighting, end = rows[place], window_end(int(one["window"]))
        result.append(
            Difference(
                end,
                next((names[n] for n in places if n in names), id_of(int(one["upper"]), int(one["lower"]))),
                where=("Cosmos", "all-events"),
                store="" if sighting["store"] == NO_STORE else store_name(int(sighting["store"])),
                expected=(end,),
                partition=partitions[int(sighting["stream"])],
                sequence_number=int(sighting["sequence"]),
                arrived=end,
            )
        )
    return result


def _key_and_digest(rows: Rows) -> Numbers:
    return mixed(rows) ^ (rows["sequence"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
