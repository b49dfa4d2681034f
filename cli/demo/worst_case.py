"""The worst case of a demo: the one that an analyst opens first."""

from pathlib import Path
from urllib.parse import quote

from cli.app_client import AppClient, read_as
from fraud.desk.paging import Page
from fraud.desk.rows import CaseDetails, CaseRow

_LIMIT = "100"


def worst_case(app: AppClient) -> CaseDetails | None:
    """The case with the highest score, of those the one with most verdicts of the band high; None without any."""
    page = read_as(Page[CaseRow], app.query("api/cases", band="high", limit=_LIMIT), "the list of cases")
    if not page.items:
        return None
    worst = max(page.items, key=lambda case: (case.max_score, case.bands.get("high", 0), case.id))
    return read_as(CaseDetails, app.get(_address(worst)), worst.id)


def save_file(app: AppClient, details: CaseDetails, path: Path) -> None:
    """Keep a case as a page that stays when the stack has gone."""
    path.write_bytes(app.get_bytes(f"{_address(details.case)}/file.html"))


def _address(case: CaseRow) -> str:
    return f"api/cases/{quote(case.id, safe='')}"
