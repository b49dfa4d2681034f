"""A parameter of WHERE without a value is refused before anything is read, also where ids alone tell the documents."""

import pytest

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.runner import Runner


@pytest.mark.parametrize(
    ("where", "missing"),
    [
        ("c.id = @b", "@b"),
        ("c.id IN (@a, @b, @c)", "@b"),
        ("(c.id = @a AND c.store_id = @c) OR c.id = @b", "@c"),
        ("c.sku BETWEEN @a AND @c", "@c"),
        ("EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = @b) AND c.id = @c", "@b"),
    ],
)
def test_the_first_parameter_without_a_value_is_named(where: str, missing: str):
    with pytest.raises(CosmosError, match=f"The query's parameter '{missing}' has no value"):
        Runner(parse(f"SELECT * FROM c WHERE {where}"), {"@a": "1"})


def test_a_parameter_outside_of_where_may_be_named_like_one_within():
    Runner(parse("SELECT c.id, @b AS given FROM c WHERE c.id = @a"), {"@a": "1"})
