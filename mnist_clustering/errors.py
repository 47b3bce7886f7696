"""The exception for input that the user can correct."""


class InputError(ValueError):
    """Input that cannot be used: a param, a file, a size.

    The message is one sentence: what was given, what is allowed, what to do. Stages print it
    without a traceback.
    """
