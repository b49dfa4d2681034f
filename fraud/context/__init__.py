"""The context of an event, as of the end of its window: what rules read beside the event itself.

`schema` has every fact by name; `event_facts` reads the event; `sighting` is an event as look-ups keep it; `look_ups`
has those near an event; `facts` puts them together with the profiles of the days before.
"""
