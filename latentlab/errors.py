"""The one error of this package that a student may have to act upon."""


class DataError(RuntimeError):
    """Data are missing, damaged, or cannot be downloaded; the message says what to do."""
