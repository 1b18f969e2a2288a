"""What a command ends with in one sentence, wherever it is found out."""

INTERRUPTED = 130  # the exit status after Ctrl-C


class CourseError(ValueError):
    """The course's settings, its gradebook, or what was given in their place, cannot be used."""
