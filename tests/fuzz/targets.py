"""Every target of the app."""

from tests.fuzz import app, capture, command_line, events

IN_PROCESS = (*events.TARGETS, *capture.TARGETS, *command_line.TARGETS)
OVER_SOCKETS = app.TARGETS
TARGETS = (*IN_PROCESS, *OVER_SOCKETS)
