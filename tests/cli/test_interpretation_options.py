"""--interpretation and --all-interpretations on the command line: what applies, and what a mistake prints."""

import subprocess
from collections.abc import Callable

import pytest

from fiskil_harness.cli.options import interpretation_names
from fiskil_harness.cli.run_options import tail_of, under
from fiskil_harness.core.config import Settings

Program = Callable[..., subprocess.CompletedProcess[str]]


def test_a_wrong_reading_is_a_usage_error(program: Program) -> None:
    """Exit 2, with the nearest match, before anything runs."""
    answer = program("run", "thrice.py", "--interpretation", "token.lifetime=360")

    assert answer.returncode == 2
    assert "No reading '360' in clause token.lifetime. Did you mean '3600'?" in answer.stderr


@pytest.mark.slow
def test_a_run_under_a_reading_says_how_to_run_it_again(program: Program) -> None:
    """The command that is shown carries the reading."""
    answer = program("run", "thrice.py", "--interpretation", "token.lifetime=3600")

    assert answer.returncode == 0
    assert "--interpretation token.lifetime=3600" in answer.stdout.splitlines()[-1]


def test_clauses_then_choices_are_completed() -> None:
    """A shell offers clauses up to the equals sign, and then what may follow it."""
    nothing = (None, None)

    assert interpretation_names(*nothing, "token.li") == ["token.lifetime="]  # type: ignore[arg-type]
    assert interpretation_names(*nothing, "token.lifetime=") == ["token.lifetime=900", "token.lifetime=3600"]  # type: ignore[arg-type]
    assert interpretation_names(*nothing, "nothing=") == []  # type: ignore[arg-type]


def test_the_command_line_goes_over_the_config() -> None:
    """What was typed last rules."""
    config = under(Settings(), ["token.lifetime=3600", "token.field=access_token"])

    assert under(config, ["token.lifetime=900"]).sandbox.interpretations == {
        "token.lifetime": "900",
        "token.field": "access_token",
    }
    assert tail_of(3, None, None, ["token.lifetime=900"]) == " --seed 3 --interpretation token.lifetime=900"
