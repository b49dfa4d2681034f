"""The reader of Bicep understands the language as Bicep does, where infra/ uses it, and refuses the rest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.infra.bicep.deploy import PARAMETERS, deploy
from tests.infra.bicep.sources import MAIN, Sources
from tests.infra.bicep.static import file_findings, mentioned
from tests.infra.bicep.syntax import parse
from tests.infra.bicep.values import BicepError

_HEAD = "".join(f"param {name} string\n" for name in PARAMETERS)
_MODULE = "infra/modules/one.bicep"
_MADE = """
param word string
param count int = 2
resource thing 'A/b@1' = {
  name: '${word}-${count}'
}
output id string = thing.id
"""


def value(expression: str, before: str = "") -> Any:
    """What Bicep makes of an expression."""
    return deploy(Sources({MAIN: f"{_HEAD}{before}\noutput O object = {expression}\n"})).outputs["O"]


EXPRESSIONS = {
    "1 + 2": 3,
    "'a${1}b'": "a1b",
    r"'it\'s ${'x'}'": "it's x",
    "'''it's'''": "it's",
    "-one": -1,
    "' ${1} \\${x}'": " 1 ${x}",
    "true ? 'yes' : 'no'": "yes",
    "!false": True,
    "null ?? 'other'": "other",
    "'' ?? 'other'": "",
    "(null ?? 3) >= 2": True,
    "true && false || true": True,
    "{ a: { b: [1, 2] } }.a.b[1]": 2,
    "{ 'a.b': 1 }['a.b']": 1,
    "map([1, 2], one => { twice: one + one })[1].twice": 4,
    "concat([1], [], [2])": [1, 2],
    "union({ a: 1, b: 1 }, { b: 2 })": {"a": 1, "b": 2},
    "empty('')": True,
    "empty(['x'])": False,
    "toLower('ABC')": "abc",
    "max(2, 3)": 3,
    "7 % 4": 3,
    "az.environment().suffixes": "<environment>.suffixes",
    "false ? fail('never') : 1": 1,
}


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS.items(), ids=EXPRESSIONS)
def test_expressions(expression: str, expected: Any):
    assert value(expression, "var one = 1") == expected


def test_what_hangs_on_the_last_operand_does_not_hang_on_the_whole():
    """The grammar takes `a ?? b.c` for `(a ?? b).c`."""
    assert value("none ?? other.count", "var none = null\nvar other = { count: 7 }") == 7
    assert value("one == list[0]", "var one = 1\nvar list = [1]") is True


@given(st.text(alphabet="abc'\\${} \n", max_size=20))
def test_every_text_comes_through_a_literal_unchanged(text: str):
    literal = text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${").replace("\n", "\\n")

    assert value(f"'{literal}'") == text


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_bounds_of_parameters_are_inclusive(lowest: int, number: int, given_by_name: bool):
    module = f"@minValue({lowest})\n@maxValue(9)\nparam n int\noutput n int = n\n"
    sources = Sources(
        {MAIN: f"{_HEAD}module m 'modules/one.bicep' = {{ name: 'm', params: {{ n: {number} }} }}\n", _MODULE: module}
    )

    if number >= lowest:
        deploy(sources)
    else:
        with pytest.raises(BicepError, match="is less than"):
            deploy(sources)


def test_modules_pass_parameters_in_and_outputs_out():
    module = "module m 'modules/one.bicep' = { name: 'm', params: { word: 'x' } }"
    main = f"{_HEAD}{module}\noutput O string = m.outputs.id\n"
    deployment = deploy(Sources({MAIN: main, _MODULE: _MADE}))

    assert deployment.outputs["O"] == "a/b:x-2"
    assert [(one.name, one.module) for one in deployment.resources] == [("x-2", ("m",))]


def test_loops_and_conditions_deploy_once_for_each_item_and_not_at_all():
    main = (
        f"{_HEAD}module m 'modules/one.bicep' = [for w in ['x', 'y']: {{ name: w, params: {{ word: w }} }}]\n"
        "module n 'modules/one.bicep' = if (environmentName == 'other') { name: 'n', params: { word: 'z' } }\n"
    )
    deployment = deploy(Sources({MAIN: main, _MODULE: _MADE}))

    assert [(one.name, one.module) for one in deployment.resources] == [("x-2", ("m[0]",)), ("y-2", ("m[1]",))]


REFUSED = {
    "a name that does not exist": ("nowhere", "", "the name nowhere does not exist"),
    "a property that does not exist": ("one.b", "var one = { a: 1 }", "one.b does not exist"),
    "variables that need each other": ("one", "var one = two\nvar two = one", "depends on itself"),
    "a function that is unknown here": ("reverse('a')", "", "unknown function reverse"),
    "a call of fail": ("fail('too few')", "", "too few"),
    "a file that is not there": ("loadTextContent('none.txt')", "", "there is no file infra/none.txt"),
    "syntax that is unknown here": ("one", "var one = [for x in [1]: x]", "cannot evaluate for_statement"),
}


@pytest.mark.parametrize(("expression", "before", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_value_is_refused(expression: str, before: str, message: str):
    with pytest.raises(BicepError, match=message):
        value(expression, before)


def test_names_in_loops_and_lambdas_are_known_there_and_nowhere_else():
    source = "var a = map([1], one => one)\nvar b = one\noutput o array = concat(a, b)\n"

    found = list(file_findings(parse("x.bicep", source)))

    assert found == ["x.bicep:3: o has no description", "x.bicep:2: the name one does not exist"]


def test_a_declaration_waits_for_what_stands_behind_its_variables_too():
    source = "resource a 'A/b@1' = { name: 'a' }\nvar v = a.name\nmodule m 'm.bicep' = { params: { n: v } }\n"
    file = parse("x.bicep", source)

    assert mentioned(file, file.declarations["m"]) == {"a"}
