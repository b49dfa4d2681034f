"""`detective rules`: rule sets over files, on this machine; nothing of it talks to the app."""
