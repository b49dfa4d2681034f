"""The context of an event, as of the end of its window: what rules read beside the event itself.

`schema` has every fact by name, `event_facts` what an event tells about itself.
"""
