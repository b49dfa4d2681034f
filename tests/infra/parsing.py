"""The columns that a query of Log Analytics takes out of a log line, as its operator `parse` does."""

import re


def parsed(query: str, line: str) -> dict[str, str] | None:
    """The columns that the query's `parse` takes out of a line; None if it does not fit."""
    (pattern,) = re.findall(r"parse Message with \* (.*)", query)
    texts = re.findall(r'"([^"]*)" (\w+)', pattern)
    expression = ".*?" + "".join(f"{re.escape(text)}(?P<{column}>.*?)" for text, column in texts)
    match = re.fullmatch(expression, line)
    return match.groupdict() if match else None
