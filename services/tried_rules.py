"""Rule files that are tried, kept by their digest: `rules/tried/{id}.toml` in `reports`."""

from functools import lru_cache

from fraud.context.schema import KINDS
from fraud.rules.reading import read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import set_of_window
from services import names
from services.blobs import read_blob, warehouse, write_blob

_TOML = "application/toml"


async def keep_tried_rules(text: str) -> RuleSet:
    """Keep a rule file under the id of its set, which is a digest of what it says. Raises RuleFileError."""
    rules = _read(text)
    if set_of_window(rules.id) is None:
        await write_blob(await warehouse(names.REPORTS), _path(rules.id), text.encode(), _TOML)
    return rules


async def rules_to_try(name: str) -> RuleSet:
    """A set that comes with the app, or one whose file was kept. Raises ResourceNotFoundError if there is neither."""
    if rules := set_of_window(name):
        return rules
    return _read((await read_blob(await warehouse(names.REPORTS), _path(name))).decode())


@lru_cache(maxsize=4)
def _read(text: str) -> RuleSet:
    return read_rules(text, KINDS, "rules.toml")


def _path(rules: str) -> str:
    return f"rules/tried/{rules}.toml"
