"""``python -m fiskil_harness`` is the program ``fiskil-harness``."""

from fiskil_harness.cli import main

main()
