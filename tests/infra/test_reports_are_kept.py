"""Reports, watermarks and acknowledgements keep their versions on Azure: whoever changes one leaves it as it was.

They cannot be immutable: a report that is written again takes the place of the one before, and the chain tells.
"""

import re
from pathlib import Path

SNAPSHOTS = Path(__file__).parent / "snapshots"
WAREHOUSE = 'blobServices "/Microsoft.Storage/storageAccounts/stwh~/blobServices/default"'


def of_the_warehouse(snapshot: Path) -> list[str]:
    """The lines of a snapshot on the blob service of the account of the archives and reports."""
    blocks = re.split(r"\n(?=[^ ])", snapshot.read_text())
    return [line for block in blocks if block.partition("\n")[0].endswith(WAREHOUSE) for line in block.split("\n")[1:]]


def test_the_account_of_the_reports_keeps_versions_and_what_was_deleted():
    lines = [line.strip() for line in of_the_warehouse(SNAPSHOTS / "1k.txt")]

    assert "properties.isVersioningEnabled = true" in lines
    assert "properties.deleteRetentionPolicy.enabled = true" in lines


def test_no_set_of_parameters_takes_the_versions_away():
    """The other snapshots hold their differences from the first."""
    for snapshot in SNAPSHOTS.glob("*.txt"):
        assert "isVersioningEnabled = false" not in "\n".join(of_the_warehouse(snapshot)), snapshot.name
