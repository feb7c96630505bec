"""Steps in which several end users do the same."""

from typing import TYPE_CHECKING

from fiskil_harness.errors import ConfigError
from fiskil_harness.scenario.steps.consents_and_syncs import Sync
from fiskil_harness.scenario.steps.journeys import Authorise
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

MOST_END_USERS = 100


class AuthoriseEach(PlainStep, frozen=True, tag="authorise_each"):
    """Several end users complete the consent journey, one after another; a ``consent.received`` becomes due for each.

    Args:
        end_users: Number of end users, from 1 to 100; the scenario's end user, ``p2``, ``p3`` ...
    """

    end_users: int

    def check(self) -> None:
        """Validate *end_users*.

        Raises:
            ConfigError: *end_users* is not from 1 to 100.
        """
        check_count(self, self.end_users)

    def perform(self, stage: "Stage") -> None:
        """Complete the journeys.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        for name in names_of(self.end_users):
            Authorise(twin=name).perform(stage)


class SyncEach(PlainStep, frozen=True, tag="sync_each"):
    """The sync of one dataset, or of every dataset, completes for several end users, and its events become due.

    Args:
        end_users: Number of end users, as in ``AuthoriseEach``.
        dataset: The dataset; "" means every dataset of the consent.
    """

    end_users: int
    dataset: str = ""

    def check(self) -> None:
        """Validate the arguments.

        Raises:
            ConfigError: *end_users* is not from 1 to 100, or Fiskil has no such dataset.
        """
        check_count(self, self.end_users)
        Sync(self.dataset).check()

    def perform(self, stage: "Stage") -> None:
        """Complete the syncs, and record the rows that the API serves then.

        Raises:
            StepError: An end user has no consent yet.
        """
        for name in names_of(self.end_users):
            Sync(self.dataset, twin=name).perform(stage)


def names_of(end_users: int) -> tuple[str, ...]:
    """Return the names of so many participants; the first is the scenario's end user."""
    return ("", *(f"p{number}" for number in range(2, end_users + 1)))


def check_count(step: PlainStep, end_users: int) -> None:
    """Validate a number of end users.

    Raises:
        ConfigError: *end_users* is not from 1 to 100.
    """
    if not 1 <= end_users <= MOST_END_USERS:
        raise ConfigError(f"{type(step).__name__}: end_users must be from 1 to {MOST_END_USERS}, got {end_users}.")
