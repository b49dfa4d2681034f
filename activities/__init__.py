"""I/O activities, called by orchestrations and triggers. Each may run twice: the second run changes nothing."""
