"""Interest at the rate of the account's product."""

import cProfile
import pstats

from fiskil_harness.core import catalog
from fiskil_harness.sandbox.bank.interest import rate_of


def test_the_rates_are_read_once() -> None:
    """The rates of all accounts are known after the file of products is read once."""
    movements = [(spec, move) for person in catalog.people().values() for spec in person.accounts for move in spec.moves]
    profile = cProfile.Profile()

    rates = profile.runcall(lambda: [rate_of(spec, move) for spec, move in movements])

    calls = pstats.Stats(profile).get_stats_profile().func_profiles
    read = calls.get("read_fixture")
    assert sum(rate > 0 for rate in rates) > 1
    assert read is None or int(read.ncalls) <= 1
