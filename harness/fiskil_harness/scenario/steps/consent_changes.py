"""Steps that change what is shared: an amended consent, and a second consent at another institution."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import DATASETS
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.sandbox.consents.amendment import amend, make_accessible
from fiskil_harness.scenario.steps.journeys import INSTITUTION, walk
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class Amend(Step, frozen=True, kw_only=True, tag="amend"):
    """The consent covers other accounts or datasets from now on; ``consent.updated`` becomes due.

    Args:
        accounts: Keys of accounts in the person's file; empty leaves them unchanged.
        datasets: Datasets that the consent permits; empty leaves them unchanged.
        twin: Name of the participant; "" means the scenario's end user.
    """

    accounts: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    twin: str = ""

    def check(self) -> None:
        """Validate *accounts* and *datasets*.

        Raises:
            ConfigError: Both are empty.
            UnknownName: Fiskil has no such dataset.
        """
        if not self.accounts and not self.datasets:
            raise ConfigError("Amend: accounts and datasets are both empty. State what the consent covers from now on.")
        for name in self.datasets:
            if name not in DATASETS:
                raise UnknownName("dataset", name, DATASETS)

    def perform(self, stage: "Stage") -> None:
        """Amend the latest consent.

        Raises:
            StepError: There is no consent yet.
        """
        consent = stage.consent_of(stage.end_user(self.twin))
        with stage.fiskil.sandbox.store.changing() as store:
            amend(store, consent, account_keys=self.accounts, permissions=self.datasets)
        stage.dispatcher.collect()


class AuthoriseElsewhere(Step, frozen=True, kw_only=True, tag="authorise_elsewhere"):
    """The end user also consents at a second institution, which is normally reachable in production only.

    Needs ``app.drive.start_session``.

    Args:
        institution_id: The second institution.
        end_user: Name of the person whose e-mail address is entered there: this institution has that person's accounts.
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)
    institution_id: str = "40"
    end_user: str = "ben"
    twin: str = ""

    def check(self) -> None:
        """Validate *end_user* and *institution_id*.

        Raises:
            UnknownName: No person has this name, or no institution other than the usual one has this id.
        """
        catalog.person(self.end_user)
        others = [institution for institution in catalog.institutions() if institution != INSTITUTION]
        if self.institution_id not in others:
            raise UnknownName("other institution", self.institution_id, others)

    def perform(self, stage: "Stage") -> None:
        """Complete the consent journey at the second institution.

        Raises:
            StepError: The app opened no auth session.
        """
        with stage.fiskil.sandbox.store.changing() as store:
            make_accessible(store, stage.institution(self.institution_id))
        visiting = stage.person(self.end_user)
        walk(stage, stage.end_user(self.twin), visiting=visiting, institution_id=self.institution_id)
