"""Faults inside the engine, and faults that a client is told of."""


class UnusableActionError(Exception):
    """User code asked for something that cannot be read or stored; the instance fails with it."""


class SupersededError(Exception):
    """An instance was replaced or deleted while an episode of it ran; what the episode did is void."""


class ClientError(Exception):
    """A client asked for something that cannot be done; the message says why."""


class NotFoundError(ClientError):
    """The instance or entity does not exist. `told` is true where the extension's answer has the text as its body."""

    def __init__(self, message: str, *, told: bool = False) -> None:
        super().__init__(message)
        self.told = told


class AlreadyExistsError(ClientError):
    """An instance of this id is running, and the settings do not allow to replace it."""


class WrongStateError(ClientError):
    """The instance is in a state that does not allow this."""


class InvalidStateError(ClientError):
    """The extension throws InvalidOperationException here, and answers 500."""

    exception = "System.InvalidOperationException"


class PreconditionError(ClientError):
    """Only an instance in another state can be purged or rewound."""


class UnreadableBodyError(ClientError):
    """The body of a start is not JSON. The extension throws JsonSerializationException, and answers 500 (here 400)."""

    exception = "Newtonsoft.Json.JsonSerializationException"


class BadRequestError(ClientError):
    """The request itself is wrong: an unknown function, an id that is not allowed, a value that cannot be read.

    `detail` is the text of the exception behind it, if the extension gives one, `exception` its type.
    """

    def __init__(self, message: str, detail: str = "", exception: str = "System.ArgumentException") -> None:
        super().__init__(message)
        self.detail = detail
        self.exception = exception
