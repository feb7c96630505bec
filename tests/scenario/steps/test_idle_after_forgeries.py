"""The control after forgeries: it waits only if something changed while they arrived."""

from fiskil_harness.journal import Effects, Idle
from fiskil_harness.scenario import steps
from tests.scenario.steps.conftest import Perform


def test_without_a_change_nothing_is_recorded(perform: Perform) -> None:
    """The receiver's state cannot have changed: it reports none."""
    journal, crashed = perform(steps.Authorise(), steps.Forge("unsigned"), steps.IdleAfterForgeries())

    assert not crashed
    assert not journal.all(Idle)
    assert not journal.all(Effects)
