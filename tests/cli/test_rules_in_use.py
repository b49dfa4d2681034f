"""The commands of the rule sets in use, over an app that answers as the API does."""

import msgspec
import pytest

from cli.commands import command_line
from fraud.desk.rules_in_use import RulesChange, RulesInUseRow
from tests.cli.test_command_line import App
from tests.cli.test_command_line import app as app  # noqa: PLC0414 - a fixture
from tests.fraud.desk.cases import NOON

SEEN = RulesInUseRow(active="context", shadow=None, changes=(), etag="seen")
CHANGE = RulesChange(
    number=1, when=NOON, who="An\x1ba", by="key", what="shadowed", set="seed", why="to see what it would say"
)


def test_a_set_is_put_into_shadow_of_the_state_that_was_seen(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/rules-in-use"] = [(200, msgspec.to_builtins(SEEN))]
    changed = msgspec.structs.replace(SEEN, shadow="seed", changes=(CHANGE,))
    app.answers["/api/rules-in-use/shadow"] = [(200, msgspec.to_builtins(changed))]

    options = command_line().parse_args(["rules", "shadow", "seed", "--why", "to see", "--actor", "Ana"])

    assert options.run(options) == 0
    assert app.asked[1:] == [("/api/rules-in-use/shadow", {"set": "seed", "why": "to see"})]
    text = capsys.readouterr().out
    assert "context judges windows, seed in its shadow" in text
    assert "An?a (key) shadowed seed: to see what it would say" in text
