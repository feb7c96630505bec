"""The option ``--pause``: a stop before each step of a scenario that shows what happened and which step is next."""

from collections.abc import Sequence

import click

from fiskil_harness.gate.report.text import WIDTH, wrapped

KEYS = "Enter continues, r runs to the end, q stops."


class StepPause:
    """Waits for a key on the terminal before each step; when the input has ended, the run continues without stops."""

    def __init__(self) -> None:
        self._runs_on = False

    def __call__(self, scenario: str, number: int, total: int, coming: str, happened: Sequence[str]) -> None:
        """Show the log lines since the last step, and wait for a key before the next step.

        Args:
            scenario: The name of the scenario.
            number: The index of the next step, from 0; equal to *total* after the last step.
            total: The number of steps.
            coming: The next step as text.
            happened: Log lines since the last call.

        Raises:
            KeyboardInterrupt: The user stops the run.
        """
        if number == 0:
            self._runs_on = False
        for line in happened:
            click.echo("\n".join(wrapped(line, WIDTH, later_indent=" " * 28)), err=True)
        position = (
            f"{scenario}, step {number + 1} of {total}: {coming}" if number < total else f"{scenario}: every step is done"
        )
        click.echo("\n".join(("", *wrapped(position, WIDTH, later_indent="  "))), err=True)
        if self._runs_on or number == total:
            return
        key = self._read_key()
        if key == "q":
            raise KeyboardInterrupt
        self._runs_on = key == "r"

    def _read_key(self) -> str:
        try:
            return click.prompt(KEYS, default="", show_default=False, prompt_suffix=" ", err=True).strip().lower()[:1]
        except click.Abort:
            return "r"
