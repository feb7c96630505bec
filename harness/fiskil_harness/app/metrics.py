"""Reads the app's current metrics through the metrics hook, as a Prometheus scraper does."""

from typing import TYPE_CHECKING

from fiskil_harness.app.monitoring.prometheus import NoMetrics, parse_samples
from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.errors import HookError

if TYPE_CHECKING:
    from fiskil_harness.app.app_under_test import AppUnderTest

NO_END_USER = {"end_user_ref": "", "end_user_id": ""}


def samples(app: "AppUnderTest") -> dict[str, float]:
    """Return the current value of every metric sample of the app, by the sample's name and labels.

    Raises:
        HookMissing: The config has no metrics hook.
        HookError: The hook failed, or its response contains no readable metrics.
    """
    reply = app.call(METRICS, NO_END_USER)
    if reply.status is None:
        raise HookError(f"{METRICS} did not respond: {reply.problem}.")
    if not 200 <= reply.status < 300:
        raise HookError(f"{METRICS} returned {reply.status}.")
    try:
        return parse_samples(reply.body, reply.content_type)
    except NoMetrics as error:
        raise HookError(f"{METRICS} {error}.") from None
