"""Rules as data: sets in `fraud/rule_sets/*.toml`, read, checked and compiled; docs/rules.md explains the format.

`language/` has the expressions, `definition` the shape of a file, `reading` its problems by line, `rule_set` the
judging, `shipped` the sets that come with the app, and the active one.
"""
