"""Writes the coverage pages: `python -m local_azure.coverage` in a checkout of the package.

Writes `docs/coverage/*.md` and the summary in `README.md`, both beside `pyproject.toml`.
"""

import sys
from pathlib import Path

from local_azure.coverage import pages
from local_azure.coverage.tables import CoverageError, all_tables

CHECKOUT = Path(__file__).parents[3]


def files(checkout: Path) -> dict[Path, str]:
    """Every file that is written, with its content. Raises CoverageError."""
    tables = all_tables()
    folder, readme = checkout / "docs" / "coverage", checkout / "README.md"
    written = {folder / f"{table.page}.md": pages.page(table) for table in tables}
    written[folder / f"{pages.LIMITATIONS}.md"] = pages.limitations(tables)
    return written | {readme: pages.with_summary(readme.read_text(), tables)}


def main() -> None:
    """Write the files. Ends with an error in a sentence outside a checkout."""
    if not (CHECKOUT / "pyproject.toml").exists():
        sys.exit("the coverage pages belong to a checkout of local-azure; this package is installed")
    try:
        written = files(CHECKOUT)
    except CoverageError as problem:
        sys.exit(str(problem))
    for file, content in written.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


if __name__ == "__main__":
    main()
