"""Find the blobs in which a report's differences can be looked at."""
# pyright: reportUnknownMemberType=false

from urllib.parse import urlsplit

import msgspec

from activities.reconciliation.run_files import REQUESTS, read_struct
from reconciliation.messages import BlobPart, RunPlan
from reconciliation.paths import part_path
from reconciliation.plan import ScanPart
from reconciliation.reporting.links import Places
from reconciliation.reporting.report import Report
from services import names
from services.blobs import warehouse
from services.concurrency import together


async def with_places(report: Report, plan: RunPlan) -> Report:
    """The report with links to blobs: each example gets the paths, the report the account's address."""
    run = plan.run

    async def archive(number: int) -> list[str]:
        return (await read_struct(part_path(run, "scan", number), ScanPart)).blobs

    async def verdicts(number: int) -> list[str]:
        return (await read_struct(part_path(run, "verdicts", number), BlobPart)).paths

    if not report.differences:
        return report
    captured = await together(map(archive, range(plan.parts["scan"])), at_once=REQUESTS)
    judged = await together(map(verdicts, range(plan.parts["verdicts"])), at_once=REQUESTS)
    places = Places((path for paths in captured for path in paths), (path for paths in judged for path in paths))
    classes = [
        msgspec.structs.replace(of_class, examples=[places.locate(difference) for difference in of_class.examples])
        for of_class in report.differences
    ]
    return msgspec.structs.replace(report, differences=classes, warehouse=await _address())


async def _address() -> str:
    """The account's address, without any key of its connection."""
    url = urlsplit((await warehouse(names.REPORTS)).url)
    return f"{url.scheme}://{url.netloc}{url.path.rpartition('/')[0]}"
