"""Steps of an end user who decides how long sharing lasts: it stops wherever that is possible, or a consent is renewed."""

from datetime import UTC
from typing import TYPE_CHECKING

from fiskil_harness.core.config.hooks import REVOKE
from fiskil_harness.core.model.events import matches_any
from fiskil_harness.journal import Renewed
from fiskil_harness.sandbox.consents.consents import renew
from fiskil_harness.sandbox.consents.console import Console
from fiskil_harness.scenario.steps.consents_and_syncs import Disconnect, Revoke
from fiskil_harness.scenario.steps.step import Step, TwinStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

UPDATED = "consent.updated"


class StopSharing(TwinStep, frozen=True, kw_only=True, tag="stop_sharing"):
    """The end user stops sharing: in the app if the config has ``app.drive.revoke``, and otherwise at the institution.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Disconnect the end user, or revoke the latest consent.

        Raises:
            StepError: There is no consent yet.
        """
        if stage.app.has(REVOKE):
            Disconnect(twin=self.twin).perform(stage)
        else:
            Revoke(twin=self.twin).perform(stage)


class RenewConsent(Step, frozen=True, kw_only=True, tag="renew_consent"):
    """The end user renews the latest consent, so that it ends on another day; ``consent.updated`` becomes due.

    The step does nothing if ``app.facts.uses_events`` leaves out ``consent.updated``: the app need not notice the renewal.

    Args:
        days: How long the consent lasts from now on, in days, as in ``LimitConsents``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    days: int
    twin: str = ""

    def check(self) -> None:
        """Validate *days*.

        Raises:
            ConfigError: The console does not offer this duration.
        """
        Console(consent_days=self.days)

    def perform(self, stage: "Stage") -> None:
        """Change the duration of consents, renew the consent, and record the day on which it would have ended.

        Raises:
            StepError: There is no consent yet.

        Source: auth-session.renewal
        """
        end_user = stage.end_user(self.twin)
        consent = stage.consent_of(end_user)
        patterns = stage.settings.app.facts.uses_events
        if patterns is not None and not matches_any(UPDATED, patterns):
            return
        stage.fiskil.sandbox.configure(consent_days=self.days)
        with stage.fiskil.sandbox.store.changing() as store:
            renewed = renew(store, store.consents[consent.arrangement_id], account_keys=consent.account_keys)
        if renewed.arrangement_id == consent.arrangement_id:
            ends_on = consent.expires_at.astimezone(UTC).date().isoformat()
            stage.record(Renewed, participant=end_user.participant, consent_id=consent.arrangement_id, ended_on=ends_on)
        stage.dispatcher.collect()
