"""Steps at the institution: opened and closed accounts, decisions of joint holders, outages, and failed syncs."""

from typing import TYPE_CHECKING

from fiskil_harness.core import catalog
from fiskil_harness.core.model import DATASETS
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.scenario.steps.journeys import INSTITUTION
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class _AccountStep(Step, frozen=True):
    """Base of steps about one account of a participant."""

    account: str
    twin: str = ""


class OpenAccount(_AccountStep, frozen=True, tag="open_account"):
    """A new account is opened; the next consent journey offers it.

    Args:
        account: Key of an account in the person's file that can open later.
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Open the account."""
        stage.fiskil.sandbox.open_account(stage.end_user(self.twin).person, self.account)
        stage.dispatcher.collect()


class CloseAccount(_AccountStep, frozen=True, tag="close_account"):
    """An account is closed. If it was the last one, the institution ends the consent.

    Args:
        account: Key of the account in the person's file.
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Close the account."""
        stage.fiskil.sandbox.close_account(stage.end_user(self.twin).person, self.account)
        stage.dispatcher.collect()


class WithdrawSharing(_AccountStep, frozen=True, tag="withdraw_sharing"):
    """The joint holder of an account stops sharing it; the consent continues without the account, and no event is sent.

    Args:
        account: Key of the account in the person's file.
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Withdraw the joint holder's approval."""
        stage.fiskil.sandbox.withdraw_sharing(stage.end_user(self.twin).person, self.account)


class ApproveSharing(_AccountStep, frozen=True, tag="approve_sharing"):
    """The joint holder of an account approves sharing it, for the first time or again.

    Args:
        account: Key of the account in the person's file.
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Approve the sharing of the account."""
        stage.fiskil.sandbox.approve_sharing(stage.end_user(self.twin).person, self.account)


class _OutageStep(Step, frozen=True, kw_only=True):
    """Base of steps about the connection between Fiskil and an institution."""

    institution_id: str = INSTITUTION

    def check(self) -> None:
        """Validate *institution_id*.

        Raises:
            UnknownName: No institution has this id.
        """
        if self.institution_id not in catalog.institutions():
            raise UnknownName("institution", self.institution_id, catalog.institutions())


class BeginOutage(_OutageStep, frozen=True, kw_only=True, tag="begin_outage"):
    """Fiskil can no longer reach the institution: syncs wait, and requests with ``fetch=true`` return 502.

    Args:
        institution_id: The institution; the default is the sandbox's bank.
    """

    def perform(self, stage: "Stage") -> None:
        """Begin the outage."""
        stage.fiskil.sandbox.set_connection(stage.institution(self.institution_id), "OUTAGE")


class EndOutage(_OutageStep, frozen=True, kw_only=True, tag="end_outage"):
    """Fiskil can reach the institution again; syncs that waited start again.

    Args:
        institution_id: The institution; the default is the sandbox's bank.
    """

    def perform(self, stage: "Stage") -> None:
        """End the outage."""
        stage.fiskil.sandbox.set_connection(stage.institution(self.institution_id), "HEALTHY")
        stage.dispatcher.collect()


class FailSync(Step, frozen=True, tag="fail_sync"):
    """A sync of one dataset fails: the API keeps the rows of the last sync. For transactions, an event reports the failure.

    Args:
        dataset: The dataset.
        twin: Name of the participant; "" means the scenario's end user.
    """

    dataset: str = "transactions"
    twin: str = ""

    def check(self) -> None:
        """Validate *dataset*.

        Raises:
            UnknownName: Fiskil has no such dataset.
        """
        if self.dataset not in DATASETS:
            raise UnknownName("dataset", self.dataset, DATASETS)

    def perform(self, stage: "Stage") -> None:
        """Move the sandbox clock to the time at which the sync would have completed.

        Raises:
            StepError: There is no consent yet.
        """
        stage.fiskil.sandbox.fail_sync(stage.consent_of(stage.end_user(self.twin)), self.dataset)
        stage.dispatcher.collect()


class LimitConsents(Step, frozen=True, kw_only=True, tag="limit_consents"):
    """The team sets in the console how long new consents last.

    Args:
        days: The duration in days; 0 means consents that allow only a single read.
    """

    days: int

    def check(self) -> None:
        """Validate *days*.

        Raises:
            ConfigError: The console does not offer this duration.
        """
        Console(consent_days=self.days)

    def perform(self, stage: "Stage") -> None:
        """Change the setting."""
        stage.fiskil.sandbox.configure(consent_days=self.days)
