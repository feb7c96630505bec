"""The command line: one module per command, imported only when its command runs."""

from fiskil_harness.cli.main import main

__all__ = ["main"]
