"""Steps that change what is shared: a consent that covers more or less from now on, and one more at another bank."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import DATASETS
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.sandbox.consents.amendment import amend, reach
from fiskil_harness.scenario.steps.journeys import INSTITUTION, walk
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class Amend(PlainStep, frozen=True, kw_only=True, tag="amend"):
    """The consent covers other accounts or datasets from now on, more or fewer of them; ``consent.updated`` becomes due.

    ``accounts`` are keys of the person's file, ``datasets`` are permissions; what is not given stays as it was.
    """

    accounts: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    twin: str = ""

    def check(self) -> None:
        """Refuse a change of nothing, and datasets that Fiskil does not have."""
        if not self.accounts and not self.datasets:
            raise ConfigError("Amend: say which accounts or which datasets the consent covers from now on.")
        for name in self.datasets:
            if name not in DATASETS:
                raise UnknownName("dataset", name, DATASETS)

    def perform(self, stage: "Stage") -> None:
        """Change it."""
        consent = stage.consent_of(stage.participant(self.twin))
        with stage.fiskil.sandbox.store.changing() as store:
            amend(store, consent, account_keys=self.accounts, permissions=self.datasets)
        stage.collect_events()


class AuthoriseElsewhere(PlainStep, frozen=True, kw_only=True, tag="authorise_elsewhere"):
    """The end user consents at another bank too, one that only production reaches, as the customer that they are there.

    ``end_user`` is who types their e-mail address there, so that this bank has other accounts and rows than the first.
    """

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)
    institution_id: str = "40"
    end_user: str = "ben"
    twin: str = ""

    def check(self) -> None:
        """Refuse a person that nobody is, and an institution that is none or the usual one."""
        catalog.person(self.end_user)
        known = [institution for institution in catalog.institutions() if institution != INSTITUTION]
        if self.institution_id not in known:
            raise UnknownName("other institution", self.institution_id, known)

    def perform(self, stage: "Stage") -> None:
        """Walk to the end there."""
        with stage.fiskil.sandbox.store.changing() as store:
            reach(store, self.institution_id)
        visiting = stage.fiskil.sandbox.admit(catalog.person(self.end_user))
        participant = stage.participant(self.twin)
        walk(
            stage,
            participant,
            until="confirm",
            then="confirm",
            visiting=visiting,
            institution_id=self.institution_id,
        )
