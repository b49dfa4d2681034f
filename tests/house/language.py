"""Reads the prose and the local names of a Python file, and the words that the glossary forbids.

A file is parsed only if its text holds what a rule looks for: to parse all of them takes ten seconds of a core.
"""

import ast
import io
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRONOUNS = {"found", "known", "one", "reach", "some"}
NOUN_CLAUSE = re.compile(r"(What|Whether|How)\b")
_QUOTED_CLAUSE = re.compile(rf"[\"']\\?\s*{NOUN_CLAUSE.pattern}")
_PRONOUN = re.compile(rf"\b({'|'.join(sorted(PRONOUNS))})\b\s*([=:,)\]]|in\b|[^\w\s]{{1,2}}=)")


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of the repository, seen from its root."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(path for name in listed.stdout.splitlines() if (ROOT / (path := Path(name))).exists())


@cache
def forbidden_words() -> tuple[str, ...]:
    """The words of the glossary's last table, left column."""
    _, _, table = (ROOT / "docs" / "glossary.md").read_text().partition("## Not said")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return tuple(word for row in rows for word in re.findall(r"`([^`]+)`", row))


@cache
def docstrings(file: Path) -> tuple[str, ...]:
    """The docstrings of a file: of modules, classes, functions and attributes."""
    texts = [
        statement.value.value
        for statement in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]
    return tuple(" ".join(text.split()) for text in texts)


@cache
def comments(file: Path) -> tuple[str, ...]:
    """The comments of a file, with those on lines of their own joined."""
    blocks: list[tuple[int, str]] = []
    for token in tokenize.generate_tokens(io.StringIO((ROOT / file).read_text()).readline):
        if token.type == tokenize.COMMENT:
            text = token.string.lstrip("# ")
            if blocks and blocks[-1][0] == token.start[0] - 1:
                blocks[-1] = (token.start[0], f"{blocks[-1][1]} {text}")
            else:
                blocks.append((token.start[0], text))
    return tuple(text for _, text in blocks)


def forbidden_phrases(file: Path) -> list[str]:
    """The sentences of a file that hold a forbidden word, shortened."""
    # As written: "are None" speaks of Python's None.
    words = re.compile(rf"\b({'|'.join(map(re.escape, forbidden_words()))})\b")
    if not words.search(re.sub(r"[\s#]+", " ", (ROOT / file).read_text())):
        return []
    prose = [*docstrings(file), *comments(file)]
    return [text[max(0, hit.start() - 30) : hit.end() + 30] for text in prose for hit in words.finditer(text)]


def noun_clauses(file: Path) -> list[str]:
    """The docstrings of a file that begin with What, Whether or How."""
    if not _QUOTED_CLAUSE.search((ROOT / file).read_text()):
        return []
    return [text[:60] for text in docstrings(file) if NOUN_CLAUSE.match(text)]


def pronoun_names(file: Path) -> list[str]:
    """The local names and parameters of a file that do not say what they hold, with their lines."""
    names: list[str] = []
    text = (ROOT / file).read_text()
    for node in ast.walk(ast.parse(text)) if _PRONOUN.search(text) else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in PRONOUNS:
            names.append(f"{node.lineno}: {node.id}")
        if isinstance(node, ast.arg) and node.arg in PRONOUNS:
            names.append(f"{node.lineno}: {node.arg}")
    return names
