"""Why an edit is not made."""


class Refused(Exception):
    """Nothing was changed; the message says why, and where it can what to do instead."""
