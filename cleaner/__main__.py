"""``python -m cleaner``, and where the command begins: nothing is imported yet, so that an interrupt says one line."""

from __future__ import annotations

import gc
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
    finally:
        gc.freeze()  # else Python looks for cycles among all that is left, to free it: up to half a second


if __name__ == "__main__":
    main()
