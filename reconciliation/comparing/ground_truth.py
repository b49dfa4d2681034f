"""Ground truth: how many events that a campaign says must be flagged were judged, and how many judged ones are right.

A campaign's events come from its seed, ids included, so they are made again and compared by id. The archive, not a
clock, tells which batches belong to a range: those of which an event was captured in it. An event of such a batch
counts as lost if the archive does not have it at all.
"""

from collections.abc import Sequence
from itertools import groupby

import msgspec
import numpy as np

from fraud.load.sent import SentCampaign
from reconciliation.comparing.grouping import NumberArray
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.rows import Kind, Rows

MAX_EVENTS = 1_000_000
"""Events that are made again for one report: 6 seconds of a core and 80 MB. The report names what is left out."""

MAX_LOST_IDS = 10
_EVENT = np.dtype([("key", "V16"), ("must", "?")])


class CampaignAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in a range. All but the ratios count distinct ids.

    - sent: of batches that reached the range, unless captured beside it; lost: of these, not captured at all
    - lost_for_good: of `lost`, those whose batch arrived before the last compared window: they cannot come now
    - must_be_flagged: of `sent`, by the campaign itself; found: of these, with a verdict
    - judged: with a verdict in the range; correct: of these, must be flagged
    - recall = found / must_be_flagged, precision = correct / judged; null if there is nothing to divide by
    """

    run_id: str
    sent: int
    lost: int
    must_be_flagged: int
    found: int
    judged: int
    correct: int
    recall: float | None
    precision: float | None
    lost_for_good: int = 0
    lost_ids: list[str] = []
    """Some of the lost, by their batches."""


class Truth:
    """The events of one campaign, and what was seen of them. `campaigns` are all that ever ran under its name."""

    def __init__(
        self, run_id: str, campaigns: Sequence[SentCampaign], keys: RunKeys, first_window: int, last_window: int
    ) -> None:
        self.run_id = run_id
        self._run_keys = keys
        self._batches = [(campaign, number) for campaign in campaigns for number in range(len(campaign.sizes))]
        self._windows = (first_window, last_window)
        made = [_make_again(campaign, number, keys) for campaign, number in self._batches]
        sizes = [len(batch) for batch in made]
        events = np.concatenate(made)
        del made
        self._keys, places, of_events = np.unique(events["key"], return_index=True, return_inverse=True)
        self._must = np.zeros(len(places), bool)
        # An id that is used again must be flagged if one of its contents must.
        np.logical_or.at(self._must, of_events, events["must"])
        self._batch = np.repeat(np.arange(len(sizes)), sizes)[places]
        self._latest = np.zeros(len(sizes), np.int64)
        self._inside, self._beside, self._judged, self._judged_inside = np.zeros((4, len(places)), bool)

    def observe(self, rows: Rows) -> None:
        """Add rows of the archive or of verdicts."""
        first, last = self._windows
        places, is_sent = self._find(rows)
        rows, places = rows[is_sent], places[is_sent]
        inside = (rows["window"] >= first) & (rows["window"] <= last)
        captured, verdicts = rows["kind"] == Kind.CAPTURED, rows["kind"] == Kind.VERDICT
        self._inside[places[captured & inside]] = True
        self._beside[places[captured & ~inside]] = True
        np.maximum.at(self._latest, self._batch[places[captured]], rows["window"][captured])
        self._judged[places[verdicts]] = True
        self._judged_inside[places[verdicts & inside]] = True

    def _find(self, rows: Rows) -> tuple[NumberArray, NumberArray]:
        halves = np.empty((len(rows), 2), np.uint64)
        halves[:, 0], halves[:, 1] = rows["upper"], rows["lower"]
        keys = halves.view("V16").ravel()
        if not len(self._keys):
            return np.zeros(len(rows), np.intp), np.zeros(len(rows), bool)  # all of its events were recorded elsewhere
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return places, self._keys[places] == keys

    def account(self) -> CampaignAccount | None:
        """The campaign's account in the range; None if none of its batches reached it."""
        reached = np.isin(self._batch, np.unique(self._batch[self._inside]))
        lost = reached & ~self._inside & ~self._beside
        sent = self._inside | lost
        if not sent.any() and not self._judged_inside.any():
            return None
        must = int((sent & self._must).sum())
        found_events = int((sent & self._must & self._judged).sum())
        judged = int(self._judged_inside.sum())
        correct = int((self._judged_inside & self._must).sum())
        return CampaignAccount(
            run_id=self.run_id,
            sent=int(sent.sum()),
            lost=int(lost.sum()),
            must_be_flagged=must,
            found=found_events,
            judged=judged,
            correct=correct,
            recall=found_events / must if must else None,
            precision=correct / judged if judged else None,
            lost_for_good=int((lost & (self._latest[self._batch] < self._windows[1])).sum()),
            lost_ids=self._ids(lost),
        )

    def _ids(self, lost: NumberArray) -> list[str]:
        """The ids of some lost events.

        Ids do not follow from keys, so the first batches that lost any are made once more.
        """
        ids: list[str] = []
        for batch in np.unique(self._batch[lost])[:MAX_LOST_IDS].tolist():
            campaign, number = self._batches[int(batch)]
            names = [name for name, _ in campaign.make(number)]
            keys = np.ascontiguousarray(self._run_keys.of_ids(names)[0]).view("V16").ravel()
            ids += [name for name, is_lost in zip(names, np.isin(keys, self._keys[lost]), strict=True) if is_lost]
        return list(dict.fromkeys(ids))[:MAX_LOST_IDS]


def _make_again(campaign: SentCampaign, batch: int, run_keys: RunKeys) -> NumberArray:
    """The keys of a batch's events, and which of them must be flagged."""
    events = campaign.make(batch)
    result = np.empty(len(events), _EVENT)
    if not events:
        return result  # a tick of a plan in which nothing is due
    keys, _ = run_keys.of_ids([event_id for event_id, _ in events])
    result["key"] = np.ascontiguousarray(keys).view("V16").ravel()
    result["must"] = [must for _, must in events]
    return result


def measurable(campaigns: Sequence[SentCampaign]) -> tuple[dict[str, list[SentCampaign]], list[str]]:
    """The campaigns by their names, as many as may be made again for one report, the small ones first; and the names of
    the others."""
    by_name = {
        name: list(of_name)
        for name, of_name in groupby(sorted(campaigns, key=lambda c: c.run_id), key=lambda c: c.run_id)
    }
    chosen: dict[str, list[SentCampaign]] = {}
    left = MAX_EVENTS
    for name, of_name in sorted(by_name.items(), key=lambda item: _events(item[1])):
        if (size := _events(of_name)) > left:
            break
        chosen[name], left = of_name, left - size
    return chosen, sorted(set(by_name) - set(chosen))


def _events(campaigns: Sequence[SentCampaign]) -> int:
    return sum(campaign.size for campaign in campaigns)
