"""Paths below `/desk`, and the values in them."""

import azure.functions as func
import pytest

from function_app.desk.routing import ViewMatch, ViewTable
from function_app.desk.visit import Visit


async def view(visit: Visit) -> func.HttpResponse:
    return func.HttpResponse()


async def other(visit: Visit) -> func.HttpResponse:
    return func.HttpResponse()


TABLE = ViewTable(
    {("GET", ""): view, ("GET", "cases/{id}"): view, ("POST", "cases/{id}"): other, ("GET", "cases"): other}
)


@pytest.mark.parametrize("path", ["", "/"])
def test_the_desk_itself_has_a_page(path: str):
    assert TABLE.find("GET", path) == ViewMatch(view, {})


def test_the_method_chooses_between_views():
    assert TABLE.find("GET", "cases/a-1") == ViewMatch(view, {"id": "a-1"})
    assert TABLE.find("POST", "cases/a-1") == ViewMatch(other, {"id": "a-1"})


def test_a_slash_that_the_host_left_encoded_is_a_part_of_the_value():
    assert TABLE.find("GET", "cases/a%2fb%2Fc") == ViewMatch(view, {"id": "a/b/c"})


def test_an_unknown_path_and_an_unknown_method_are_told_apart():
    assert TABLE.find("GET", "nothing") == frozenset()
    assert TABLE.find("POST", "cases") == frozenset({"GET"})
    assert TABLE.find("GET", "cases/a/b") == frozenset()


def test_no_character_of_a_path_means_anything_to_the_table():
    assert TABLE.find("GET", "case.") == frozenset()
    assert TABLE.find("GET", "cases/.*\n") == ViewMatch(view, {"id": ".*\n"})
