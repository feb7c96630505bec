"""Switches on a page with which an end user stops sharing data."""

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.journal.queries.page_controls import is_sharing_switch


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (Control(kind="switch", text="Share my data", is_on=True), True),
        (Control(kind="switch", text="Share my data", is_on=False), False),
        (Control(kind="switch", text="Share my data", is_on=True, is_disabled=True), False),
        (Control(kind="button", text="Share my data"), False),
        (Control(kind="switch", text="Dark mode", is_on=True), False),
    ],
    ids=["on", "off", "disabled", "button", "other purpose"],
)
def test_an_enabled_switch_that_is_on_may_control_the_sharing(control: Control, expected: bool) -> None:
    """A person cannot press a disabled switch."""
    assert is_sharing_switch(control, "Everyday Bank") is expected
