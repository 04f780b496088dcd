"""The `watersmeet` command: arguments in, an exit code out, and never a traceback."""

from __future__ import annotations

from broker.cli import run


def main() -> None:
    """Run the command line and leave with 0 done, 1 found or failed, 2 usage."""
    raise SystemExit(run())


if __name__ == "__main__":
    main()
