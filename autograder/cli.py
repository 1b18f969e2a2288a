"""The command line: `autograder build`, `collect`, `grade`, `bundle` and others."""

import sys

from autograder.errors import INTERRUPTED


def main() -> None:
    """Run the command line."""
    try:
        # Here, since it takes seconds, in which Ctrl-C should end it as it does later.
        from autograder.commands import app

        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
