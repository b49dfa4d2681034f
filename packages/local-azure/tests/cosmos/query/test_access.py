"""The partitions and ids that a WHERE demands are found, and no others."""

import pytest

from local_azure.cosmos.query.access import Access, AccessFinder
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.parser import parse


def access(where: str, partition: str | None = None) -> Access:
    query = parse(f"SELECT * FROM c WHERE {where}")
    return AccessFinder(Compiler({"@p": "7", "@ids": ["a", "b"]}), ("store_id",)).find(query.where, partition)


@pytest.mark.parametrize(
    ("where", "keys", "exact"),
    [
        ("c.id = 'a'", {(None, "a")}, True),
        ("'a' = c.id AND c.store_id = @p", {('["7"]', "a")}, True),
        ("c.store_id = @p AND c.qty > 1", {('["7"]', None)}, False),
        ("c.id IN ('a', 'b')", {(None, "a"), (None, "b")}, True),
        ("ARRAY_CONTAINS(@ids, c.id)", {(None, "a"), (None, "b")}, True),
        ("c.id = 'a' OR c.store_id = @p", {(None, "a"), ('["7"]', None)}, True),
        ("(c.id = 'a' AND c.qty = 1) OR c.id = 'b'", {(None, "a"), (None, "b")}, False),
        ("c.id = 'a' AND c.id = 'b'", set[tuple[str, str]](), True),
    ],
)
def test_the_keys_that_a_condition_names_are_found(where: str, keys: set[tuple[str | None, str]], exact: bool) -> None:
    assert access(where) == Access(frozenset(keys), exact)


@pytest.mark.parametrize(
    "where", ["c.qty = 1", "NOT c.id = 'a'", "c.id != 'a'", "c.id = 'a' OR c.qty = 1", "c.id > 'a'", "c.store_id = 7"]
)
def test_other_conditions_leave_all_documents(where: str) -> None:
    assert access(where) == Access(None)


@pytest.mark.parametrize(
    ("where", "partition"),
    [
        ("c.city = 'r' AND c.zip = @p", '["r","7"]'),
        ("'7' = c.zip AND c.qty > 1 AND c.city = 'r'", '["r","7"]'),
        ("c.city = 'r'", None),
        ("c.city = 'r' AND c.zip = 7", None),
        ("c.city = 'r' AND (c.zip = '7' OR c.qty = 1)", None),
    ],
)
def test_a_hierarchical_key_names_a_partition_where_all_of_it_is_compared_with_texts(
    where: str, partition: str | None
) -> None:
    query = parse(f"SELECT * FROM c WHERE {where}")
    finder = AccessFinder(Compiler({"@p": "7"}), None, paths=(("city",), ("zip",)))
    assert finder.find(query.where, None).keys == (None if partition is None else {(partition, None)})


def test_the_partition_of_the_request_bounds_every_key() -> None:
    allowed = access("c.id = 'a' OR c.store_id = '8'", partition='["7"]')
    assert allowed == Access(frozenset({('["7"]', "a")}), exact=True)
    assert access("c.qty = 1", partition='["7"]') == Access(frozenset({('["7"]', None)}))


def test_keys_that_would_multiply_without_end_are_cut_to_one_side() -> None:
    many = ", ".join(f"'{number}'" for number in range(300))
    allowed = access(f"c.id IN ({many}) AND c.store_id IN ({many})")
    assert allowed.keys is not None
    assert len(allowed.keys) == 300
    assert not allowed.exact
