"""Entry point of ``python -m fiskil_harness``: the same program as ``fiskil-harness``."""

from fiskil_harness.cli import main

main()
