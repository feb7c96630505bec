"""The option --interpretation on the command line."""

import subprocess
from collections.abc import Callable

import pytest

from fiskil_harness.cli.options import interpretation_names
from fiskil_harness.cli.runs import repeat_arguments, with_interpretations
from fiskil_harness.core.config import Settings

Program = Callable[..., subprocess.CompletedProcess[str]]


def test_an_unknown_interpretation_is_a_usage_error(program: Program) -> None:
    """The exit code is 2, the message suggests the nearest match, and nothing runs."""
    completed = program("run", "thrice.py", "--interpretation", "token.lifetime=360")

    assert completed.returncode == 2
    assert "No interpretation '360' in clause token.lifetime. Did you mean '3600'?" in completed.stderr


@pytest.mark.slow
def test_the_command_that_repeats_a_run_has_the_interpretation(program: Program) -> None:
    """The last line of the report contains the option."""
    completed = program("run", "thrice.py", "--interpretation", "token.lifetime=3600")

    assert completed.returncode == 0
    assert "--interpretation token.lifetime=3600" in completed.stdout.splitlines()[-1]


def test_clauses_then_choices_are_completed() -> None:
    """A shell completes the clause first, and then its choices."""
    no_context = (None, None)

    assert interpretation_names(*no_context, "token.li") == ["token.lifetime="]  # type: ignore[arg-type]
    assert interpretation_names(*no_context, "token.lifetime=") == ["token.lifetime=900", "token.lifetime=3600"]  # type: ignore[arg-type]
    assert interpretation_names(*no_context, "nothing=") == []  # type: ignore[arg-type]


def test_the_command_line_overrides_the_config() -> None:
    """An option replaces the config's choice for its clause."""
    config = with_interpretations(Settings(), ["token.lifetime=3600", "token.field=access_token"])

    assert with_interpretations(config, ["token.lifetime=900"]).sandbox.interpretations == {
        "token.lifetime": "900",
        "token.field": "access_token",
    }
    arguments = repeat_arguments(3, None, None, ["token.lifetime=900"])
    assert arguments == " --seed 3 --interpretation token.lifetime=900"
