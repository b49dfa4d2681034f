"""The source that a test uses: its own, and that of the names it refers to in the test modules."""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]


class Module:
    """A test module: its top-level definitions and the names that it imports from other test modules."""

    def __init__(self, file: Path) -> None:
        text = file.read_text()
        self._text = text
        self.definitions: dict[str, ast.stmt] = {}
        self.imports: dict[str, tuple[Path, str]] = {}
        for statement in ast.parse(text).body:
            for name in _defined(statement):
                self.definitions[name] = statement
            if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("tests."):
                source = TESTS.joinpath(*str(statement.module).split(".")[1:]).with_suffix(".py")
                self.imports |= {alias.asname or alias.name: (source, alias.name) for alias in statement.names}

    def source(self, statement: ast.stmt) -> str:
        """The text of a definition, its decorators included."""
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        return "\n".join(self._text.splitlines()[first - 1 : statement.end_lineno])


@cache
def module(file: Path) -> Module:
    """The module of a file, parsed once."""
    return Module(file)


def used_source(file: Path, name: str) -> str:
    """The source of a test, and of all that it refers to by name in its module and in other test modules.

    A fixture of the same folder's or the root's `conftest.py` counts too. Raises KeyError if the test does not exist.
    """
    first = module(file).definitions[name]
    seen: set[tuple[Path, str]] = set()
    left = [(file, name)]
    texts = [module(file).source(first)]
    while left:
        where, wanted = left.pop()
        if (where, wanted) in seen:
            continue
        seen.add((where, wanted))
        for place in (where, where.with_name("conftest.py"), TESTS / "conftest.py"):
            if not place.exists():
                continue
            if wanted in module(place).imports:
                left.append(module(place).imports[wanted])
                break
            if wanted in module(place).definitions:
                statement = module(place).definitions[wanted]
                texts.append(module(place).source(statement))
                left += [(place, other) for other in _names(statement)]
                break
    return "\n".join(texts)


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _names(statement: ast.stmt) -> set[str]:
    nodes = list(ast.walk(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.arg for node in nodes if isinstance(node, ast.arg)
    }
