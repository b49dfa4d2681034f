"""Plan a repair from the full lists of a reconciliation's differences, and list its steps before any is done."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import starmap

import msgspec
from azure.storage.blob.aio import ContainerClient

from activities.reconciliation.altered_verdicts import of_altered_verdicts
from activities.reconciliation.compare_buckets import DifferenceLine
from activities.reconciliation.run_files import REQUESTS, write_struct
from activities.reconciliation.second_look import absent_from_cosmos
from fraud.quarantine_places import parse_place
from fraud.slices import slices
from fraud.verdicts import name_in, time_path, verdicts_path
from fraud.windows import SuspiciousWindow, window_label
from reconciliation.comparing.classes import NEEDS, NUMBERS, REPAIRED
from reconciliation.comparing.definitions import Class, RepairStage
from reconciliation.comparing.differences import Difference
from reconciliation.paths import part_path, report_folder, steps_path
from reconciliation.ranges import Range
from reconciliation.reading.cases import PLACES_CASE, path_of_verdicts
from reconciliation.repairing.messages import CORRECTIONS_PER_STEP, WINDOWS_PER_ORCHESTRATION, RepairOutcome
from reconciliation.repairing.repair import (
    Analysis,
    JudgedWindow,
    Lacking,
    RepairRequest,
    RepairStep,
    WindowKey,
    analyses,
    backfills,
    corrections,
    lacking,
    not_repairable,
)
from reconciliation.reporting.report import Report
from services import names
from services.blobs import NDJSON, read_blob, read_if_there, warehouse, write_blob
from services.capture_archive import list_partitions
from services.concurrency import together

MAX_DIFFERENCES = 200_000
"""Differences that one repair takes, some 100 MB; what is left is counted, and the next repair takes it."""

MAX_WINDOWS = 16_000
"""Windows that one repair judges: a thousand orchestrations, as many as a history keeps well. The rest is left, too."""

_TAKEN = REPAIRED | {"wrong_window"}
"""The classes that tell a repair what to do; an id in the wrong window is not judged a second time."""


class _Verdict(msgspec.Struct):
    event_id: str


_CASES: list[Class] = [name for name, need in NEEDS.items() if need == "cases"]
_OF_VERDICTS: list[Class] = [name for name, need in NEEDS.items() if need in ("unjudged", "rejudged")]
_lines = msgspec.json.Decoder(DifferenceLine)
_verdict = msgspec.json.Decoder(_Verdict)


async def plan_repair(request: RepairRequest) -> RepairOutcome:
    """Write the list of steps and, part by part, what each step does. Raises ResourceNotFoundError without a report."""
    reports = await warehouse(names.REPORTS)
    report = msgspec.json.decode(await read_blob(reports, f"{report_folder(request.run)}/report.json"), type=Report)
    differences, left = await _differences(reports, report.lists)
    judged_in_vain = len(differences["unresolved"])
    differences["unresolved"] = await _resolvable(differences)
    judged_in_vain -= len(differences["unresolved"])
    altered = await of_altered_verdicts(
        differences["case_differs"], [each for name in _OF_VERDICTS for each in differences[name]]
    )
    differences["case_differs"] = [each for each in differences["case_differs"] if each not in altered]
    for name in _CASES:
        differences[name] = await _with_places(differences[name])
    needs = lacking(differences, Range(report.start, report.end))
    left += needs.leave_out(needs.judged_windows[MAX_WINDOWS:])
    events, corrected = backfills(differences), corrections(needs)
    windows = [
        Analysis(window.store_id, window.window.end, window.ids, verdicts_path(window.name, window.window.end))
        for window in await _windows(needs)
    ]
    stages: dict[RepairStage, list[Sequence[RepairStep]]] = {
        "backfill": [[step] for step in events],
        "correct": list(slices(corrected, CORRECTIONS_PER_STEP)),
        "judge": list(slices(windows, WINDOWS_PER_ORCHESTRATION)),
    }
    steps: list[RepairStep] = [*events, *corrected, *windows]
    await write_blob(reports, steps_path(request.id), msgspec.json.Encoder().encode_lines(steps), NDJSON)
    if not request.dry_run:
        parts = [
            (part_path(request.id, stage, i), part)
            for stage, of_stage in stages.items()
            for i, part in enumerate(of_stage)
        ]
        await together(starmap(write_struct, parts), at_once=REQUESTS)
    counts: dict[str, int] = {
        **{of_class.name: of_class.count for of_class in report.differences},
        **{number.name: getattr(report.accounts, number.name) for number in NUMBERS},
        "unresolved": judged_in_vain,
        "altered_verdicts": len(altered),
        "other_stores": needs.other_stores,
    }
    return RepairOutcome(
        id=request.id,
        run=request.run,
        dry_run=request.dry_run,
        events=sum(len(step.events) for step in events),
        corrected_windows=len(corrected),
        judged_windows=len(windows),
        left=left,
        not_repairable=not_repairable(counts),
        parts={stage: len(of_stage) for stage, of_stage in stages.items()},
        steps=steps_path(request.id),
    )


async def _differences(
    reports: ContainerClient, lists: Sequence[str]
) -> tuple[defaultdict[Class, list[Difference]], int]:
    """The differences that a repair looks at, and how many more there are than it takes."""
    differences: defaultdict[Class, list[Difference]] = defaultdict(list)
    taken = left = 0
    for path in lists:
        for line in _lines.decode_lines(await read_blob(reports, path)):
            if line.name not in _TAKEN:
                continue
            if taken < MAX_DIFFERENCES:
                differences[line.name].append(line.difference)
                taken += 1
            else:
                left += 1
    return differences, left


async def _with_places(cases: Sequence[Difference]) -> list[Difference]:
    """Cases of what was judged by its place become places in the hub: judging one again writes its case anew."""
    of_places = [case for case in cases if case.event_id.startswith(PLACES_CASE)]
    if not of_places:
        return list(cases)
    partitions = await list_partitions(await warehouse(names.ALL_EVENTS))
    container = await warehouse(names.FRAUD_EVENTS)

    async def places_of(case: Difference) -> list[Difference]:
        ids = _ids(await read_if_there(container, path_of_verdicts(case.event_id, case.window_end)) or b"")
        place = next((place for name in sorted(ids) if (place := parse_place(name))), None)
        if place is None:
            return []
        at_place = msgspec.structs.replace(
            case, event_id=place.name, sequence_number=place.sequence_number, by_place=True
        )
        of_hubs = [name for name in partitions if name.rpartition("/")[2] == place.partition]
        return [msgspec.structs.replace(at_place, partition=name) for name in of_hubs]

    places = await together(map(places_of, of_places), at_once=REQUESTS)
    return [case for case in cases if case not in of_places] + [place for listed in places for place in listed]


async def _resolvable(differences: dict[Class, list[Difference]]) -> list[Difference]:
    """Verdicts without an event whose event is in Cosmos now, or will be: others would only wait for it in vain."""
    soon = {verdict.event_id for verdict in differences.get("absent_from_cosmos", ())}
    candidates = [verdict for verdict in differences.get("unresolved", ()) if verdict.event_id not in soon]
    absent = {verdict.event_id for verdict in await absent_from_cosmos(candidates)}
    return [verdict for verdict in differences.get("unresolved", ()) if verdict.event_id not in absent]


async def _windows(needs: Lacking) -> list[SuspiciousWindow]:
    """The windows to analyse. The verdicts of a time are listed once, for all stores."""
    container = await warehouse(names.FRAUD_EVENTS)
    ends = sorted({end for _, end in needs.judged_windows})
    by_store = await together((_verdicts_by_store(container, end) for end in ends), at_once=REQUESTS)
    listed = dict(zip(ends, by_store, strict=True))

    async def analyses_of(key: WindowKey) -> list[SuspiciousWindow]:
        store, end = key
        judged: list[JudgedWindow] = []
        for path in listed[end].get(window_label(store, end), ()):
            if (verdicts := await read_if_there(container, path)) is None:
                return []  # in the archive tier: nobody knows what is lacking until it is brought back
            judged.append(JudgedWindow(name_in(path), _ids(verdicts)))
        return analyses(key, needs, judged)

    analysed = await together(map(analyses_of, needs.judged_windows), at_once=REQUESTS)
    return [window for windows in analysed for window in windows]


async def _verdicts_by_store(container: ContainerClient, end: datetime) -> Mapping[str, Sequence[str]]:
    """The verdicts of a time by the names of their windows, without the digest: a large window has several."""
    paths: defaultdict[str, list[str]] = defaultdict(list)
    async for blob in container.list_blobs(name_starts_with=f"{time_path(end)}/window-"):
        paths[name_in(blob.name).rpartition("-")[0]].append(blob.name)
    return paths


def _ids(verdicts: bytes) -> frozenset[str]:
    """The ids of verdicts. A line that cannot be read names none, so its id is missing and is judged again."""
    ids: set[str] = set()
    for line in verdicts.splitlines():
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            ids.add(_verdict.decode(line).event_id)
    return frozenset(ids)
