"""The command line: one module for each group of commands, loaded when its command is used."""

from fiskil_harness.cli.main import main

__all__ = ["main"]
