"""What goes wrong inside the engine, and what a client may be told."""


class UnusableActionError(Exception):
    """User code asked for something that cannot be read or stored; the instance fails with it."""


class SupersededError(Exception):
    """An instance was replaced or deleted while an episode of it ran; what the episode did is void."""


class ClientError(Exception):
    """A client asked for something that cannot be done; the message says why."""


class NotFoundError(ClientError):
    """No such instance or entity."""


class AlreadyExistsError(ClientError):
    """An instance of this id is running, and the settings do not allow to replace it."""


class WrongStateError(ClientError):
    """The instance is in a state that does not allow this."""


class BadRequestError(ClientError):
    """The request itself is wrong: an unknown function, an id that is not allowed, a value that cannot be read."""
