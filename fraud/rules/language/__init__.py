"""The language of rule files: conditions and values over facts, a checked subset of Python's expressions.

An expression is parsed by Python's own parser and never run as it stands: `check` takes the few kinds of nodes that the
language has, knows the kind of each name, and `compiled` builds a new expression that can do nothing but read facts,
compare, and count. A comparison in which a fact is missing does not hold, and neither does its negation.
"""

from fraud.rules.language.compiled import Condition, Quantity, condition, quantity
from fraud.rules.language.errors import ExpressionError
from fraud.rules.language.template import Template, template
from fraud.rules.language.tree import FactValues, Kinds, Value, ValueKind

__all__ = [
    "Condition",
    "ExpressionError",
    "FactValues",
    "Kinds",
    "Quantity",
    "Template",
    "Value",
    "ValueKind",
    "condition",
    "quantity",
    "template",
]
