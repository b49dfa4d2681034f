"""The desk: pages on which people see the pipeline, follow an event, look into workflows and decide cases.

One trigger serves all of them: `pages.py` chooses the view of a path, `views/` has one file per page, `templates/` the
HTML of pages, `pictures/` the drawings, `static/` the files that a browser caches.
"""
