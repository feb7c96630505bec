"""Steps of the link and the keys: faults that wait, tokens and keys that die."""

from typing import TYPE_CHECKING, ClassVar

from harness.faults import AnyFault
from harness.link import Rule
from harness.sandbox.api.routes import require_route
from harness.steps.base import PlainStep

if TYPE_CHECKING:
    from harness.stage import Stage


class Break(PlainStep, frozen=True, tag="break"):
    """A fault waits on a route and bites ``times`` times, after letting ``skip`` calls pass."""

    route: str
    fault: AnyFault
    times: int = 1
    skip: int = 0

    def check(self) -> None:
        """Refuse a route that the API does not have."""
        require_route(self.route)

    def perform(self, stage: "Stage") -> None:
        """Let it wait until the scenario ends."""
        rule = Rule(route=self.route, fault=self.fault, times=self.times, skip=self.skip)
        stage.fiskil.link.rules.set(rule)


class ExpireTokens(PlainStep, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token dies now, before its time."""

    def perform(self, stage: "Stage") -> None:
        """Expire them."""
        stage.fiskil.sandbox.expire_tokens()


class RevokeKey(PlainStep, frozen=True, kw_only=True, tag="revoke_key"):
    """The app's API key is revoked in the console; its tokens die with it."""

    def perform(self, stage: "Stage") -> None:
        """Revoke, until ``accept_key`` or the end of the scenario."""
        stage.fiskil.sandbox.set_key(is_accepted=False)
        stage.must_restart = True


class AcceptKey(PlainStep, frozen=True, kw_only=True, tag="accept_key"):
    """The API key is accepted again."""

    def perform(self, stage: "Stage") -> None:
        """Accept."""
        stage.fiskil.sandbox.set_key(is_accepted=True)


class RestartWithWrongSecret(PlainStep, frozen=True, kw_only=True, tag="restart_with_wrong_secret"):
    """The app is started again with a client secret that no key has."""

    needs: ClassVar[tuple[str, ...]] = ("app.command",)

    def perform(self, stage: "Stage") -> None:
        """Restart; the driver starts the app with the right one at the end."""
        from harness.steps.app import restart

        right = stage.app.values["client_secret"]
        stage.must_restart = True
        stage.app.values["client_secret"] = "fsk_wrong" + right[9:]
        try:
            restart(stage)
        finally:
            stage.app.values["client_secret"] = right


