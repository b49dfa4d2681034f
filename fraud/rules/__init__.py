"""The rules that judge a suspicious event: pure functions, one family per file.

Importing this package registers all of them. Change `RULE_SET` with every change of a rule or a weight: verdicts carry
it, so that a verdict can be told from what the rules say today.
"""

from fraud.rules import discount, origin, value
from fraud.rules.registry import RULES, Evidence, Rule

RULE_SET = "2026-02"

__all__ = ["RULES", "RULE_SET", "Evidence", "Rule", "discount", "origin", "value"]
