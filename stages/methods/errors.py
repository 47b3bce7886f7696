"""The one exception for input that a person can put right."""


class InputError(ValueError):
    """Something given from outside cannot be used.

    The message is one sentence: what was given, what is allowed, what to do. A stage shows it
    without a traceback.
    """
