"""``python -m cleaner``, and where the command begins: nothing is imported yet, so that an interrupt says one line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command and exit."""
    try:
        from cleaner import alone, cli

        alone.settle()
        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("cleaner: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
