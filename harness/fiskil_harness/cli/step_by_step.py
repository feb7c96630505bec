"""A stop before each step of a scenario: what has just happened, what comes next, and a key to go on."""

from collections.abc import Sequence

import click

from fiskil_harness.gate.report.text import WIDTH, wrapped

GOES_ON = "Enter goes on, r runs to the end, q stops."


class Pause:
    """Asks on the terminal; without one, at the end of its input, everything runs on."""

    def __init__(self) -> None:
        self._runs_on = False

    def __call__(self, scenario: str, number: int, total: int, coming: str, happened: Sequence[str]) -> None:
        """Stop before step *number* of *total* (from 0), which reads *coming*.

        Raises:
            KeyboardInterrupt: Whoever looks on wants no more.
        """
        if number == 0:
            self._runs_on = False
        for line in happened:
            click.echo("\n".join(wrapped(line, WIDTH, later_indent=" " * 28)), err=True)
        where = (
            f"{scenario}, step {number + 1} of {total}: {coming}" if number < total else f"{scenario}: every step is done"
        )
        click.echo("\n".join(("", *wrapped(where, WIDTH, later_indent="  "))), err=True)
        if self._runs_on or number == total:
            return
        answer = self._asked()
        if answer == "q":
            raise KeyboardInterrupt
        self._runs_on = answer == "r"

    def _asked(self) -> str:
        try:
            return click.prompt(GOES_ON, default="", show_default=False, prompt_suffix=" ", err=True).strip().lower()[:1]
        except click.Abort:
            return "r"
