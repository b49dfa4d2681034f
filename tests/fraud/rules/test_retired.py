"""Sets that were changed stay: windows that began with them end with them, and verdicts are judged again."""

from fraud.rules.shipped import retired, set_named, set_of_window, shipped
from tests.house.language import ROOT


def test_a_retired_set_is_named_by_its_id_and_is_not_one_that_is_shipped():
    files = {file.stem for file in (ROOT / "fraud" / "rule_sets" / "retired").glob("*.toml")}

    assert set(retired()) == files
    assert not files & {rules.id for rules in shipped().values()}
    assert {rules.definition.name for rules in retired().values()} <= set(shipped())


def test_verdicts_of_a_retired_set_can_be_judged_again_by_id_and_windows_of_former_versions_by_name():
    (former, *_) = retired()

    assert set_named(former) is set_of_window(former) is retired()[former]
    assert set_of_window("context") is shipped()["context"]
    assert set_of_window(shipped()["seed"].id) is shipped()["seed"]
    assert set_named("context") is None
    assert set_of_window("of-nobody") is None
