"""One I/O step each, called by workflows and doors. Every step may run twice: the second time changes nothing."""
