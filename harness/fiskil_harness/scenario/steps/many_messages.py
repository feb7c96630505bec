"""The step that delivers more messages than an app can keep in a short memory, as fast as the app processes them."""

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.app.effects import query_effects
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.errors import ConfigError, HookError
from fiskil_harness.scenario.steps.foreign_messages import AT_ONCE, send_unknown_events
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

FEWEST = 300
"""Number of messages that every app gets, also one that does not report its pending work."""

LATEST = 2
"""How many times the limit the messages may take if the app becomes slower."""


class DeliverManyMessages(Step, frozen=True, kw_only=True, tag="deliver_many_messages"):
    """Messages of an unknown kind arrive, at least 300 and up to *most*.

    More than 300 are delivered only if the app reports ``pending`` in its effects, and if it processes the first 300 so fast
    that all would take at most *limit_s*. Each 50 messages wait until the app has processed most of those before, so an app
    gets no backlog. A decision for all or 300 makes the findings of two runs equal, unless the app is as slow as the limit.

    Args:
        most: Largest number of messages, from 300 to 100,000.
        limit_s: Real seconds that all messages may take, judged by the first 300; from 0 to 3,600.
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_slow: ClassVar[bool] = True
    most: int = 2100
    limit_s: float = 30
    twin: str = ""

    def check(self) -> None:
        """Validate *most* and *limit_s*.

        Raises:
            ConfigError: An argument is out of range.
        """
        if not FEWEST <= self.most <= 100_000:
            raise ConfigError(f"DeliverManyMessages: most must be from {FEWEST} to 100000, got {self.most}.")
        if not 0 <= self.limit_s <= 3600:
            raise ConfigError(f"DeliverManyMessages: limit_s must be from 0 to 3600, got {self.limit_s:g}.")

    def perform(self, stage: "Stage") -> None:
        """Deliver the messages, 50 at the same moment. Source: webhooks.unknown-events

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user, elapsed = stage.end_user(self.twin), stopwatch()
        for start in range(0, self.most, AT_ONCE):
            if start >= FEWEST:
                has_caught_up = _has_caught_up(stage, end_user, within_s=LATEST * self.limit_s - elapsed())
                if not has_caught_up or (start == FEWEST and elapsed() * self.most > self.limit_s * FEWEST):
                    return
            deliveries = send_unknown_events(stage, end_user, min(AT_ONCE, self.most - start))
            if not any(delivery.is_acknowledged for delivery in deliveries):
                return


def _has_caught_up(stage: "Stage", end_user: "EndUser", *, within_s: float) -> bool:
    """Return True once the app has at most 50 pending tasks; False if it reports none, or after *within_s* seconds."""
    if within_s <= 0 or not stage.app.has(EFFECTS):
        return False
    with suppress(HookError):
        first = query_effects(stage.app, end_user.values).pending
        if first is None or first <= AT_ONCE:
            return first is not None
        return bool(wait_until(lambda: (query_effects(stage.app, end_user.values).pending or 0) <= AT_ONCE, cap_s=within_s))
    return False
