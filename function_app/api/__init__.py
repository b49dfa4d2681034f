"""The HTTP endpoints of the desk: JSON for programs and for the command line, each described by its own types."""
