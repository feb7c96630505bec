"""``python -m harness`` is the program ``fiskil-harness``."""

from harness.cli import main

main()
