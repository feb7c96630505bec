"""Makes the plan of a run from the request, the config, and the end users who were connected before the load."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import REFRESH, REVOKE, START_SESSION
from fiskil_harness.core.model import DATASETS
from fiskil_harness.core.model.events import matches_any
from fiskil_harness.core.randomness import stream
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak.control import DATASETS as SYNCED
from fiskil_harness.soak.ledger import MergedLedger
from fiskil_harness.soak.plan import ConnectedEndUser, SoakPlan, Target
from fiskil_harness.soak.planned_requests import planned, reads_of
from fiskil_harness.soak.population import twin_ref
from fiskil_harness.soak.request import SoakRequest
from fiskil_harness.webhooks.forgeries.catalogue import forgeries_of

DRAIN_S = 20.0
"""The time after the load for retries, and for journeys that have begun."""
TIMEOUT_S = 10.0
"""The shortest time after which a delivery counts as without response."""
ONE_IN = 10
"""One simulated user in this many opens pages, and another one is an end user who arrives; the others send webhooks."""


class Setup(NamedTuple):
    """The state before the load: the end users, the undisturbed twins, and the lives with their twins."""

    end_users: list[ConnectedEndUser]
    twins: list[ConnectedEndUser]
    lives: tuple[tuple[str, ...], ...]
    life_twins: list[str]
    life_controls: list[str]
    requests_per_delivery: float

    def controls(self) -> dict[str, str]:
        """Return another undisturbed end user for each twin."""
        first, second = (twin.end_user_id for twin in self.twins)
        return {first: second, **dict(zip(self.life_twins, self.life_controls, strict=True))}


def timeout_of(settings: Settings) -> float:
    """Return the time to wait for a response, in seconds: longer than the app may take to acknowledge."""
    return max(TIMEOUT_S, settings.app.limits.ack_s + 1)


def plan_of(
    settings: Settings, request: SoakRequest, setup: Setup, fiskil: LocalFiskil, app: AppUnderTest, *, run_id: str
) -> SoakPlan:
    """Return the plan, without the places that only the running session knows."""
    parts = urlsplit(app.url)
    is_tls = parts.scheme == "https"
    return SoakPlan(
        run_id=run_id,
        seed=request.seed,
        shape=request.shape,
        rate=request.rate,
        duration_s=request.duration_s,
        drain_s=DRAIN_S,
        timeout_s=timeout_of(settings),
        target=Target(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (443 if is_tls else 80),
            is_tls=is_tls,
            webhook_path=settings.app.webhook.path,
        ),
        secret=fiskil.credentials.webhook_secret,
        dialect=fiskil.dialect,
        client_id=fiskil.credentials.client_id,
        kinds=_kinds(settings.app.facts.uses_events),
        account_kinds=tuple(dataset.event for dataset in DATASETS.values() if dataset.carries_account_ids),
        forgeries=forgeries_of(fiskil.dialect),
        shares=request.shares,
        end_users=tuple(setup.end_users),
        workers=request.all_workers,
        users=request.users,
        readers=max(1, request.users // ONE_IN) if settings.app.observe.pages else 0,
        journeys=max(1, request.users // ONE_IN) if setup.lives else 0,
        reads=reads_of(app),
        start_session=planned(app, START_SESSION),
        refresh=planned(app, REFRESH),
        revoke=planned(app, REVOKE),
        lives=setup.lives,
        clock_offset_s=fiskil.sandbox.clock.offset.total_seconds(),
    )


def chosen(
    setup: Setup, ledger: MergedLedger, request: SoakRequest, *, run_id: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the end users to examine with the app's names for them, and the twin of each."""
    end_users: Sequence[ConnectedEndUser] = setup.end_users
    if len(end_users) > request.sample:
        end_users = stream(request.seed, "soak sample").sample(end_users, request.sample)
    twin = setup.twins[0].end_user_id
    refs = {end_user.end_user_id: end_user.ref for end_user in (*setup.twins, *end_users)}
    twins = {end_user.end_user_id: twin for end_user in (*setup.twins[1:], *end_users)}
    for number, end_user_id in enumerate((*setup.life_twins, *setup.life_controls)):
        refs[end_user_id] = twin_ref(run_id, number)
    for lived in ledger.lived:
        refs[lived.end_user_id] = lived.ref
        if lived.is_complete:
            twins[lived.end_user_id] = setup.life_twins[lived.life]
    return refs, twins


def _kinds(uses: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the kinds of events that the load consists of: those that the app uses and that repeat in real life."""
    kinds = ("consent.updated", *(DATASETS[name].event for name in SYNCED))
    return tuple(kind for kind in kinds if uses is None or matches_any(kind, uses)) or kinds
