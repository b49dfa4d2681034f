"""The views of the desk: each reads what its page shows, and answers with the page."""
