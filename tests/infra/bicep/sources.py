"""The files of the project as Bicep reads them, some of them changed in memory."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
MAIN = "infra/main.bicep"


class Sources:
    """Files by their path from the root of the project; `changed` stands before what lies on the disk."""

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        self._changed = dict(changed or {})

    def read(self, path: str) -> str:
        """The text of a file. Raises FileNotFoundError."""
        changed = self._changed.get(path)
        return (ROOT / path).read_text() if changed is None else changed

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._changed or (ROOT / path).is_file()

    def bicep_files(self) -> list[str]:
        """All Bicep files of the project, in order."""
        return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "infra").rglob("*.bicep"))
