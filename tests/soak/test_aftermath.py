"""The aftermath: when the app is idle, and when a missing effect will not come any more."""

import pytest

from fiskil_harness.soak.aftermath import is_idle
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
