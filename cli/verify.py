"""`detective verify`: find any change of a past report, watermark or link of the chain."""

from urllib.parse import quote

from cli.app_client import AppClient, read_as
from cli.screen import console
from fraud.desk.plurals import counted
from reconciliation.chain import Verified

_SHOWN = 100


def verify(app: AppClient, head: str | None) -> Verified:
    """Verify the chain, also against a head that was noted. Raises AppError."""
    query = f"?head={quote(head, safe=':')}" if head else ""
    return read_as(Verified, app.get(f"api/chain{query}"), "the chain of reports")


def show(verified: Verified) -> None:
    """The outcome for a person."""
    console.print(f"  {counted(verified.links, 'link')}, head {verified.head}", markup=False, soft_wrap=True)
    for problem in verified.problems[:_SHOWN]:
        console.print(f"  {problem}", markup=False, style="red", soft_wrap=True)
    if len(verified.problems) > _SHOWN:
        console.print(f"  and {len(verified.problems) - _SHOWN:,} more")
    if not verified.problems:
        console.print("  every report, watermark and link is as it was written", style="green")
