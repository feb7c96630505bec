"""The aftermath: when the app is idle, and when a missing effect will not come any more."""

import pytest

from fiskil_harness.soak.aftermath import is_idle, is_settled
from fiskil_harness.soak.effects import EndUserEffects
from tests.soak.ledgers import effects


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((effects("ann"), effects("ben")), True),
        ((effects("ann"), effects("ben", pending=1)), False),
        ((effects("ann"), effects("ben", pending=None)), False),
        ((), False),
    ],
)
def test_an_app_is_idle_if_it_reports_no_pending_work_for_anyone(
    reports: tuple[EndUserEffects, ...], expected: bool
) -> None:
    """A missing number is not zero."""
    assert is_idle(reports) is expected


@pytest.mark.parametrize(
    ("waiting", "quiet_s", "expected"),
    [
        ((effects("ann"),), 3.0, True),
        ((effects("ann", pending=None),), 3.0, False),
        ((effects("ann", pending=None),), 5.0, True),
        ((effects("ann", pending=1),), 60.0, False),
        ((), 0.0, True),
    ],
)
def test_an_app_without_pending_gets_the_time_that_it_promises(
    waiting: tuple[EndUserEffects, ...], quiet_s: float, expected: bool
) -> None:
    """Three rounds without a change prove a loss only if the app says that nothing is unfinished."""
    assert is_settled(waiting, rounds=3, quiet_s=quiet_s, fresh_s=5.0) is expected
