"""Judge what a night's sweep found suspicious, and make cases of the worst."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import date

import msgspec

from activities.find_contents import contents_in_portions
from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.window_context import ContentsUnderId, FlaggedContent, look_up
from fraud.analysis import WindowTask
from fraud.events import StoreKey
from fraud.evidence import NO_KEPT_RATES, EvidencePart, Snapshot, packed
from fraud.identity import canonical, content_digest
from fraud.judging import Content, Context, distinct, judged
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import SEED, shipped
from fraud.sweep import Candidate, SweepTask, Swept, as_swept, case_name, moment, sweep_path
from fraud.verdict_lines import VerdictLine
from fraud.verdicts import Verdict, evidence_folder, to_ndjson
from fraud.windows import Window
from services import names
from services.blobs import create_blob, warehouse
from services.concurrency import together
from services.profiles import latest_profile_day
from services.rules_in_use import read_rules_in_use
from services.settings import settings
from services.sweep_candidates import forget_candidates, read_candidates

_AT_ONCE = 4
_GZIP = "application/gzip"


class _Judged(msgspec.Struct, frozen=True):
    """A verdict, and the evidence that it names."""

    verdict: Verdict
    evidence: EvidencePart


async def sweep_day(task: SweepTask) -> Swept:
    """Look the candidates of a day up, judge them by the active set as flagged ones are judged, and keep the worst.

    A case holds one sale, medium or high. Run twice, it changes nothing; nothing is alerted. What was looked up is
    forgotten, so that the next night does not sweep the day again. Raises what Cosmos or the
    blob service raised.
    """
    candidates = await read_candidates(task)
    rules = shipped()[(await read_rules_in_use()).active]
    if rules is SEED:  # activated since: it reads nothing around a sale
        candidates = []
    profile_day = await latest_profile_day(task.day)
    groups: defaultdict[tuple[StoreKey | None, Window], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.store, candidate.window].append(candidate)
    judging = (_judge(store, window, group, rules, profile_day) for (store, window), group in groups.items())
    every = [each for group in await together(judging, at_once=_AT_ONCE) for each in group]
    suspicious = [each for each in every if each.verdict.band in ("high", "medium")]
    worst = sorted(suspicious, key=lambda each: (-each.verdict.score, each.verdict.event_id))[: settings().sweep_cases]
    await together(map(_keep, worst), at_once=_AT_ONCE)
    await forget_candidates(task)
    return Swept(candidates=len(candidates), cases=len(worst))


async def _judge(
    store: StoreKey | None, window: Window, group: Sequence[Candidate], rules: RuleSet, profile_day: date | None
) -> list[_Judged]:
    """The verdicts on the candidates of a store's window, with the evidence of each."""
    task = WindowTask(
        name="sweep",
        store_id=store,
        window_start=window.start,
        window_end=window.end,
        count=len(group),
        rules=rules.id,
        profile_day=profile_day,
    )
    judged_now: list[_Judged] = []
    by_id: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in group:
        by_id[candidate.event["id"]].append(candidate)
    async with aclosing(contents_in_portions(sorted(by_id), store)) as portions:
        async for contents_of in portions:
            asked = [
                content
                for event_id, contents in contents_of.items()
                for candidate in by_id[event_id]
                if (content := _asked(candidate, contents)) is not None
            ]
            judged_now += await _verdicts(task, asked, rules)
            del contents_of, asked  # before the next ones are read
    return judged_now


def _asked(candidate: Candidate, contents: Sequence[Content]) -> FlaggedContent | None:
    """The content of a candidate beside all contents under its id; None for a long one that is not among them."""
    event, by_form = candidate.event, distinct(contents)
    if candidate.digest:
        form = next((form for form in by_form if content_digest(form) == candidate.digest), None)
        return None if form is None else _flagged(event["id"], form, by_form)
    form = canonical(event)
    # What the archive did not take is judged as Capture has it.
    by_form.setdefault(form, Content(event, "archive", moment(candidate.arrived)))
    return _flagged(event["id"], form, by_form)


def _flagged(event_id: str, form: bytes, by_form: Mapping[bytes, Content]) -> FlaggedContent:
    return FlaggedContent(event_id, form, by_form[form], ContentsUnderId(by_form))


async def _verdicts(task: WindowTask, asked: Sequence[FlaggedContent], rules: RuleSet) -> list[_Judged]:
    part = await look_up(task, asked, Snapshot())
    rates = part.rates.get(task.set_name, NO_KEPT_RATES).rates
    return [
        _Judged(
            as_swept(
                judged(
                    each.content.event,
                    task.store_id,
                    task.window,
                    each.content.run_id,
                    rules=rules,
                    context=Context(entry.facts, rates, entry.digest(task.profile_day), task.profile_day),
                    form=each.form,
                )
            ),
            msgspec.structs.replace(part, entries=(entry,)),
        )
        for each, entry in zip(asked, part.entries, strict=True)
    ]


async def _keep(each: _Judged) -> None:
    """Write the evidence, then the verdict and its case."""
    verdict = each.verdict
    window = Window(verdict.window_start, verdict.window_end)
    name = case_name(window, verdict.content or "")
    path = sweep_path(name, window.end)
    data = packed(each.evidence)
    fraud = await warehouse(names.FRAUD_EVENTS)
    # What a run before this one kept stays.
    await create_blob(fraud, f"{evidence_folder(path)}000.json.gz", data, _GZIP)
    place = VerdictsPlace(name=name, store_id=verdict.store_id, window=window, path=path, type="sweep")
    await keep_verdicts(place, to_ndjson([verdict]), _first)


def _first(before: list[VerdictLine], now: list[VerdictLine]) -> list[VerdictLine]:
    """A sale that was judged stays judged as it was."""
    return before or now
