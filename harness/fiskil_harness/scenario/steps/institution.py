"""Steps at the institution's counter and on its line: accounts, other holders, outages, syncs that come to nothing."""

from typing import TYPE_CHECKING

from fiskil_harness.core import catalog
from fiskil_harness.core.model import DATASETS
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.scenario.steps.journeys import INSTITUTION
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class _AtAccount(PlainStep, frozen=True):
    """Something that happens to one account of the participant's person."""

    account: str
    twin: str = ""


class OpenAccount(_AtAccount, frozen=True, tag="open_account"):
    """An account is opened, one that the person's file lets open later; the next journey offers it."""

    def perform(self, stage: "Stage") -> None:
        """Open it."""
        stage.fiskil.sandbox.open_account(stage.participant(self.twin).person, self.account)
        stage.collect_events()


class CloseAccount(_AtAccount, frozen=True, tag="close_account"):
    """An account is closed; with the last one the institution ends the consent."""

    def perform(self, stage: "Stage") -> None:
        """Close it."""
        stage.fiskil.sandbox.close_account(stage.participant(self.twin).person, self.account)
        stage.collect_events()


class WithdrawSharing(_AtAccount, frozen=True, tag="withdraw_sharing"):
    """The other holder of an account stops its being shared; the consent lives on without it, and nothing is told."""

    def perform(self, stage: "Stage") -> None:
        """Withdraw it."""
        stage.fiskil.sandbox.withdraw_sharing(stage.participant(self.twin).person, self.account)


class ApproveSharing(_AtAccount, frozen=True, tag="approve_sharing"):
    """The other holder of an account agrees to its being shared, for the first time or again."""

    def perform(self, stage: "Stage") -> None:
        """Agree to it."""
        stage.fiskil.sandbox.approve_sharing(stage.participant(self.twin).person, self.account)


class _OnTheLine(PlainStep, frozen=True, kw_only=True):
    """Something that happens between Fiskil and an institution."""

    institution_id: str = INSTITUTION

    def check(self) -> None:
        """Refuse an institution that is none."""
        if self.institution_id not in catalog.institutions():
            raise UnknownName("institution", self.institution_id, catalog.institutions())


class BeginOutage(_OnTheLine, frozen=True, kw_only=True, tag="begin_outage"):
    """Fiskil gets through to the institution no longer: syncs wait, and ``fetch=true`` is answered 502."""

    def perform(self, stage: "Stage") -> None:
        """Cut the line."""
        stage.fiskil.sandbox.set_connection(self.institution_id, "OUTAGE")


class EndOutage(_OnTheLine, frozen=True, kw_only=True, tag="end_outage"):
    """Fiskil gets through again; syncs that waited begin anew."""

    def perform(self, stage: "Stage") -> None:
        """Mend the line."""
        stage.fiskil.sandbox.set_connection(self.institution_id, "HEALTHY")
        stage.collect_events()


class FailSync(PlainStep, frozen=True, tag="fail_sync"):
    """A sync of one dataset fails: everything stays as the last one saw it, and of transactions it is told."""

    dataset: str = "transactions"
    twin: str = ""

    def check(self) -> None:
        """Refuse a dataset that Fiskil does not have."""
        if self.dataset not in DATASETS:
            raise UnknownName("dataset", self.dataset, DATASETS)

    def perform(self, stage: "Stage") -> None:
        """Move the clock to where the sync would have ended."""
        stage.fiskil.sandbox.fail_sync(stage.consent_of(stage.participant(self.twin)), self.dataset)
        stage.collect_events()


class LimitConsents(PlainStep, frozen=True, kw_only=True, tag="limit_consents"):
    """The team sets how long consents last from now on: so many days, or 0 for one-off ones."""

    days: int

    def check(self) -> None:
        """Refuse what the console does not offer."""
        Console(consent_days=self.days)

    def perform(self, stage: "Stage") -> None:
        """Set it."""
        stage.fiskil.sandbox.configure(consent_days=self.days)
