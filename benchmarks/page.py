"""Writes the figures of `.local/bench.json` into docs/performance.md, and keeps them beside it as docs/bench.json.

python -m benchmarks.page
"""

from pathlib import Path

from benchmarks.results import RESULT, Measured, Results, encoded, read

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "performance.md"
KEPT = DOCS / "bench.json"
BEGIN, END = "<!-- written by python -m benchmarks.page -->\n", "<!-- end -->\n"


def main() -> None:
    """Take over what was measured; of benchmarks that were not run here, what the page has stays."""
    results = {**(read(KEPT) if KEPT.exists() else {}), **read(RESULT)}
    KEPT.write_bytes(encoded(results))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + tables(results) + END + rest.partition(END)[2])


def tables(results: Results) -> str:
    """A table for each benchmark, with machine and date."""
    return "".join(_table(name, measured) for name, measured in results.items())


def _table(name: str, measured: Measured) -> str:
    where = (
        f"{measured.at:%Y-%m-%d %H:%M}Z, {measured.machine}, Python {measured.python}, load before it {measured.load}"
    )
    lines = [f"\n### {name}\n{where}.\n", "| what | ours | peer or bound | ratio |", "|---|---|---|---|"]
    for row in measured.rows:
        ours, beside, ratio = row.figures
        behind = f"**{ratio}, behind**" if row.is_behind else ratio
        lines.append(f"| {row.name} | {ours} {row.unit} | {beside} | {behind} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
