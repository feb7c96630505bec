"""A run that needs more requests than the sandbox can serve is refused."""

import pytest

from fiskil_harness.errors import UsageError
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak.capacity import measured_limit, refuse_too_much


@pytest.mark.slow
def test_the_limit_is_measured(fiskil: LocalFiskil) -> None:
    """It is a number of requests a second on one core."""
    assert measured_limit(fiskil) > 500


def test_a_rate_above_the_limit_is_refused() -> None:
    """The message has all three numbers."""
    with pytest.raises(UsageError) as refusal:
        refuse_too_much(rate=2000, requests_per_delivery=4, limit=10_000)

    assert str(refusal.value).startswith(
        "At 2000 deliveries a second the app would send about 8,000 requests a second to the sandbox, which serves 10,000"
    )
    refuse_too_much(rate=1000, requests_per_delivery=4, limit=10_000)
