"""Values for the parameters and bodies of an OpenAPI document: those that its schemas allow, and others."""

import re
from typing import Any, cast

from hypothesis import strategies as st

Schema = dict[str, Any]
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        ["", "x", "../..", "a/b", "0", "-1", "1e999", "NaN", "null", "2026-13-01", "\u202e", "'", "%00", "é"]
    ),
    st.text(max_size=40),
    st.integers(-(2**70), 2**70).map(str),
)


def values_of(schema: Schema, schemas: dict[str, Schema]) -> st.SearchStrategy[Any]:
    """Values that a schema allows, as far as a test needs: patterns, bounds, choices, objects and lists."""
    if "$ref" in schema:
        return values_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values_of(choice, schemas) for choice in schema["anyOf"]])
    return _of_type(schema, schemas)


def _of_type(schema: Schema, schemas: dict[str, Schema]) -> st.SearchStrategy[Any]:
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(schema.get("minimum", -1_000), schema.get("maximum", 1_000)),
        "string": st.deferred(lambda: _texts(schema)),
        "object": st.deferred(lambda: _objects(schema, schemas)),
        "array": st.deferred(lambda: _lists(schema, schemas)),
    }
    return by_type.get(schema.get("type", ""), st.sampled_from([None, 0, "x", {}]))


def _lists(schema: Schema, schemas: dict[str, Schema]) -> st.SearchStrategy[list[Any]]:
    items = values_of(schema.get("items") or {}, schemas)
    return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 3), 3))


def _texts(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    if pattern := schema.get("pattern"):
        least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 200))
        texts: st.SearchStrategy[str] = st.from_regex(re.compile(str(pattern).replace(r"\Z", "$")))
        return texts.filter(lambda text: least <= len(text) <= most)
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 30), 30))


def _objects(schema: Schema, schemas: dict[str, Schema]) -> st.SearchStrategy[dict[str, Any]]:
    required = set(cast(list[str], schema.get("required", [])))
    fields = {name: values_of(field, schemas) for name, field in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {name: field for name, field in fields.items() if name in required},
        optional={name: field for name, field in fields.items() if name not in required},
    )
