"""Routes: ASP.NET's templates, constraints and precedence."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.functions_host.http.routes import Match, Route, RouteTable
from local_azure.functions_host.http.template import TemplateError
from tests.functions_host.functions import a_caller, a_function


def table(*templates: str, prefix: str = "") -> RouteTable:
    return RouteTable(Route(a_caller(a_function("httpTrigger", name=each, route=each)), prefix) for each in templates)


def found(routes: RouteTable, path: str) -> tuple[str, dict[str, str]] | None:
    match = routes.find("GET", path)
    return (match.caller.function.name, match.values) if isinstance(match, Match) else None


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("orders/{id}", "/orders/7", {"id": "7"}),
        ("orders/{id}", "/ORDERS/a%20b", {"id": "a b"}),
        ("orders/{id}", "/orders/a%2Fb", {"id": "a%2Fb"}),
        ("orders/{id}", "/orders/7/", {"id": "7"}),
        ("orders/{id}", "/orders", None),
        ("orders/{id}", "/orders//", None),
        ("orders/{id}", "/orders/7/8", None),
        ("orders/{id?}", "/orders", {}),
        ("orders/{id=5}", "/orders", {"id": "5"}),
        ("{a}-{b}", "/x-y-z", {"a": "x", "b": "y-z"}),
        ("v{major}.{minor}", "/v1.2", {"major": "1", "minor": "2"}),
        ("files/{*path}", "/files/a/b%20c", {"path": "a/b c"}),
        ("files/{*path}", "/files", {}),
        ("", "/", {}),
        ("a.b", "/axb", None),
    ],
)
def test_a_template_matches_as_in_asp_net(template: str, path: str, values: dict[str, str] | None):
    expected = None if values is None else (template, values)
    assert found(table(template), path) == expected


@pytest.mark.parametrize(
    ("constraint", "accepted", "refused"),
    [
        ("int", ["0", "-5", "2147483647"], ["x", "2147483648", "1.0", "²"]),
        ("long", ["9223372036854775807"], ["9223372036854775808"]),
        ("bool", ["true", "False"], ["1"]),
        ("guid", ["cd2c1638-1638-72d5-1638-deadbeef1638"], ["cd2c"]),
        ("datetime", ["2026-11-23", "2026-11-23T10:00:00Z"], ["2026-13-01", "today"]),
        ("decimal", ["49.99", "-1"], ["4,9"]),
        ("alpha", ["Rick"], ["R1"]),
        ("length(2,3)", ["ab", "abc"], ["a", "abcd"]),
        ("minlength(2)", ["ab"], ["a"]),
        ("range(5,9)", ["5", "9"], ["4", "10", "x"]),
        ("min(3):max(4)", ["3", "4"], ["2", "5"]),
        (r"regex(^\d{{3}}-\d{{2}}$)", ["123-45"], ["123-4"]),
    ],
)
def test_a_constraint_decides_which_values_match(constraint: str, accepted: list[str], refused: list[str]):
    routes = table(f"x/{{v:{constraint}}}")
    assert [value for value in accepted if not found(routes, f"/x/{value}")] == []
    assert [value for value in refused if found(routes, f"/x/{value}")] == []


def test_the_more_specific_route_wins_whatever_the_order():
    routes = table("{*all}", "shops/{name}", "shops/{id:int}", "shops/new", "shops/{name}/x")
    assert found(routes, "/shops/new") == ("shops/new", {})
    assert found(routes, "/shops/7") == ("shops/{id:int}", {"id": "7"})
    assert found(routes, "/shops/seven") == ("shops/{name}", {"name": "seven"})
    assert found(routes, "/elsewhere/1") == ("{*all}", {"all": "elsewhere/1"})


def test_a_path_tells_which_methods_it_takes():
    get = a_caller(a_function("httpTrigger", route="a", methods=["GET"]))
    post = a_caller(a_function("httpTrigger", route="a", methods=["POST"]))
    routes = RouteTable([Route(get, "api"), Route(post, "api")])
    assert routes.find("DELETE", "/api/a") == {"GET", "POST"}
    assert routes.find("DELETE", "/a") == set()
    assert isinstance(match := routes.find("POST", "/api/a"), Match)
    assert match.caller is post


@pytest.mark.parametrize(
    "template", ["{", "a/{b", "a}b", "{a}{b}", "{*a}/b", "{a}/{a}", "{a:nonsense}", "{1a}", "{a:length(x)}", "a//b"]
)
def test_a_template_that_asp_net_refuses_is_refused(template: str):
    with pytest.raises(TemplateError):
        table(template)


@pytest.mark.parametrize("template", ["admin/tools", "Runtime/x"])
def test_built_in_paths_cannot_be_taken(template: str):
    with pytest.raises(ValueError, match="conflicts"):
        table(template)


@given(path=st.text(max_size=60))
def test_no_path_makes_the_search_for_a_route_fail(path: str):
    routes = table("files/{*rest}", "a/{b:int}/{c?}", "{x}-{y}.{z}", "q/{r:regex(^a+$)}")
    routes.find("GET", "/" + path)


@given(
    values=st.lists(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1), min_size=1)
)
def test_a_catch_all_gives_back_the_whole_rest(values: list[str]):
    rest = "/".join(values)
    path = "/files/" + "/".join(quote(value, safe="") for value in values)
    assert found(table("files/{*rest}"), path) == ("files/{*rest}", {"rest": rest})
