"""Why a document, or one of its operations, cannot be taken over; what to do instead is the hint."""


class Unreadable(Exception):
    """The file is missing, too large, or neither JSON nor YAML."""


class NotUnderstood(Exception):
    """It can be read, but is no document that operations can be taken from."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NotCarried(Exception):
    """An operation that needs what the gateway cannot do; the text is the reason, to follow `because`."""
