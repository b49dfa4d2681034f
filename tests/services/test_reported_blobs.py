"""Only a blob whose whole name is one that a report can name is asked for."""

import pytest

from services import reports
from services.reports import ReportFile, find_blob

RUN = "reconcile-20260102T100000Z-20260102T110000Z"
CAPTURED = "ns/store-events/1/2026/01/02/10/05/00.avro"
VERDICTS = f"2026/01/02/1010/window-7-20260102T101000Z-{'0' * 32}.ndjson"
REPORTED = "2026/01/02/10/0123abcd_89ef_1.json"


@pytest.fixture(autouse=True)
def every_blob_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(path: str, mimetype: str, container: str = "reports", *, is_download: bool = False) -> ReportFile:
        return ReportFile(path, 1, mimetype, container, is_download)

    monkeypatch.setattr(reports, "_find", find)


@pytest.mark.parametrize(
    ("container", "path"),
    [("all-events", CAPTURED), ("fraud-events", VERDICTS), ("suspicious-events", REPORTED)],
)
async def test_a_blob_that_a_report_names_is_a_download(container: str, path: str):
    file = await find_blob(RUN, container, path)

    assert file is not None
    assert (file.path, file.container, file.is_download) == (path, container, True)
    assert file.mimetype in ("application/octet-stream", "application/x-ndjson")


@pytest.mark.parametrize(
    ("run", "container", "path"),
    [
        ("reconcile-1", "all-events", CAPTURED),
        (f"{RUN}\n", "all-events", CAPTURED),
        (RUN, "reports", "reconciliations/watermark.json"),
        (RUN, "quarantine", "store-events/2026/01/02/10/p1-7.json"),
        (RUN, "workflow-data", CAPTURED),
        (RUN, "all-events", VERDICTS),
        (RUN, "all-events", f"{CAPTURED}\n"),
        (RUN, "all-events", f"../{CAPTURED}"),
        (RUN, "all-events", CAPTURED.replace("store-events", "other")),
        (RUN, "all-events", CAPTURED.replace("/1/", "/\uff11/")),
        (RUN, "fraud-events", VERDICTS.replace("window-", 'window-"')),
        (RUN, "fraud-events", ""),
    ],
)
async def test_every_other_name_is_not_looked_for(run: str, container: str, path: str):
    assert await find_blob(run, container, path) is None
