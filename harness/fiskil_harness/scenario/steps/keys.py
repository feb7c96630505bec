"""Steps of a key rotation: the app gets a second API key, and the first one is revoked."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import AppError, StepError
from fiskil_harness.journal import Canaries, Key, KeyInUse
from fiskil_harness.sandbox import tokens
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

SECRET = "client_secret"


class RotateKey(Step, frozen=True, kw_only=True, tag="rotate_key"):
    """A second API key is created, and the app is restarted with it; both keys are accepted. Needs ``app.command``."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Create the key, restart, and record which key the app has. The driver restores the first key at the end."""
        from fiskil_harness.scenario.steps.app import kill, start

        first = stage.app.values[SECRET]
        second = tokens.mint_key(stage.fiskil.sandbox.store)
        is_in_env = next((key_in_use.is_in_env for key_in_use in stage.journal.all(KeyInUse)), True)
        stage.must_restart = True
        stage.record(Canaries, values={"client secret": (second,)})
        stage.app.values[SECRET] = second
        kill(stage)
        stage.record(KeyInUse, client_secret=second, is_in_env=is_in_env)
        try:
            start(stage)
        except AppError:
            stage.record_failure("the app does not start with a second key")
        finally:
            stage.app.values[SECRET] = first


class RevokeFirstKey(Step, frozen=True, kw_only=True, tag="revoke_first_key"):
    """The key that the app had before ``RotateKey`` is revoked, together with the tokens that it obtained."""

    def perform(self, stage: "Stage") -> None:
        """Revoke the first key until the end of the scenario.

        Raises:
            StepError: The app has no second key.
        """
        keys_in_use = stage.journal.all(KeyInUse)
        if keys_in_use[0] is keys_in_use[-1]:
            raise StepError("The app has no second key yet. Put the step rotate_key before this one.")
        tokens.revoke_key(stage.fiskil.sandbox.store, keys_in_use[0].client_secret)
        stage.record(Key, state="rotated")
