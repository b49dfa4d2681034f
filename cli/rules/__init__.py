"""`detective rules`: rule sets over files, on this machine. `cli.rules_in_use` asks the app for those that it uses."""
