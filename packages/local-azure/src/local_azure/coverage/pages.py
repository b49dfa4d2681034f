"""Coverage tables as Markdown: a page per service, a page of known limitations, and the summary of the README."""

from collections.abc import Iterable

from local_azure.coverage.tables import STATUSES, Group, Row, Table

LIMITATIONS = "known-limitations"
BEGIN, END = "<!-- coverage -->", "<!-- /coverage -->"
"""The summary of the README stands between these two lines."""

_WRITTEN = "<!-- Written by `python -m local_azure.coverage` from the rooms' coverage.toml. Change those. -->"
_MARKS = {"has": "has it", "refused": "refused", "ignored": "ignored", "different": "different"}
_LEGEND = (
    "*has it*: as the service. *refused*: an error says so. *ignored*: accepted, without effect. "
    "*different*: the note says how. Each row is exercised by the test beside it. The authority that was asked: "
    "*code*, Microsoft's own was run or its answers are kept; *tests*, Microsoft's pass on it; *documentation*."
)


def page(table: Table) -> str:
    """The page of one service."""
    lines = [f"# {table.title}", "", _WRITTEN, "", table.about, "", _LEGEND, f"Authority: {table.authority}", ""]
    for group in table.groups:
        lines += [f"## {group.name}", "| operation | | asked | note | test |", "|---|---|---|---|---|"]
        lines += [_line(row, group) for row in group.rows]
        lines.append("")
    if table.limitations:
        lines += ["## Known limitations", *_limitations(table), ""]
    return "\n".join(lines)


def limitations(tables: Iterable[Table]) -> str:
    """The page of known limitations, service by service."""
    lines = ["# Known limitations", "", _WRITTEN, ""]
    for table in tables:
        if table.limitations:
            lines += [f"## {table.title}", *_limitations(table), ""]
    return "\n".join(lines)


def summary(tables: Iterable[Table]) -> str:
    """The number of rows of each status per service, with links to the pages."""
    lines = ["| service | has it | different | ignored | refused |", "|---|---|---|---|---|"]
    for table in tables:
        count = {status: sum(row.status == status for row in table.rows) for status in STATUSES}
        lines.append(
            f"| [{table.title}](docs/coverage/{table.page}.md) "
            f"| {count['has']} | {count['different']} | {count['ignored']} | {count['refused']} |"
        )
    return "\n".join(lines)


def with_summary(readme: str, tables: Iterable[Table]) -> str:
    """The README with today's summary between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    return f"{before}{BEGIN}\n{summary(tables)}\n{END}{rest.partition(END)[2]}"


def _limitations(table: Table) -> list[str]:
    lines = ["| limitation | what it means | the way round |", "|---|---|---|"]
    return lines + [
        f"| {_cell(each.what)} | {_cell(each.impact)} | {_cell(each.instead)} |" for each in table.limitations
    ]


def _line(row: Row, group: Group) -> str:
    note = f"{row.note} ([source]({row.authority}))".strip() if row.authority.startswith("http") else row.note
    name = row.test.rpartition("::")[2]
    test = f"[`{name}`](../../tests/{row.test.partition('::')[0]})"
    return f"| {_cell(row.name)} | {_MARKS[row.status]} | {_asked(row, group)} | {_cell(note)} | {test} |"


def _asked(row: Row, group: Group) -> str:
    """The authority of a row. The service has no word on what the part refuses by itself, unless the row says so."""
    asked = row.asked or ("none" if row.status == "refused" else group.asked)
    return "" if asked == "none" else asked


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
