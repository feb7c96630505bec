"""Steps of a key's rotation: the app is given a second key, and the first one ends."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import AppError, StepError
from fiskil_harness.journal import Canaries, Key, KeyInUse
from fiskil_harness.sandbox import keys
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

SECRET = "client_secret"


class RotateKey(PlainStep, frozen=True, kw_only=True, tag="rotate_key"):
    """A second API key is made, and the app is started again with it; both keys are accepted for now."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Make it, restart, and write down what the app was given; the driver gives the first one back at the end."""
        from fiskil_harness.scenario.steps.app import kill, start

        first = stage.app.values[SECRET]
        second = keys.mint(stage.fiskil.sandbox.store)
        told = next((key_in_use.is_in_env for key_in_use in stage.journal.all(KeyInUse)), True)
        stage.must_restart = True
        stage.journal.write(Canaries(**stage.journal.stamp(), values={"client secret": (second,)}))
        stage.app.values[SECRET] = second
        kill(stage)
        stage.journal.write(KeyInUse(**stage.journal.stamp(), client_secret=second, is_in_env=told))
        try:
            start(stage)
        except AppError:
            stage.trouble("the app does not start with a second key")
        finally:
            stage.app.values[SECRET] = first


class RevokeFirstKey(PlainStep, frozen=True, kw_only=True, tag="revoke_first_key"):
    """The key that the app had before it was given another is revoked; its tokens die with it."""

    def perform(self, stage: "Stage") -> None:
        """Revoke, until the end of the scenario."""
        given = stage.journal.all(KeyInUse)
        if given[0] is given[-1]:
            raise StepError("There is no other key yet; a step must rotate_key first.")
        keys.revoke(stage.fiskil.sandbox.store, given[0].client_secret)
        stage.journal.write(Key(**stage.journal.stamp(), state="rotated"))
