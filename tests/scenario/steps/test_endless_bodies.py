"""Endless request bodies: they are sent only if a limit is declared, and always end."""

from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Delivery, EndlessBody, StepIncomplete
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

FLOOD = Scenario(name="x", practices=(), steps=(steps.FloodBodies(),), probes=())


def limited(mailbox: Mailbox, limits: dict[str, float]) -> Settings:
    """Return settings with these limits."""
    settings = mailbox.settings()
    declared = msgspec.structs.replace(settings.app.limits, **limits)
    return msgspec.structs.replace(settings, app=msgspec.structs.replace(settings.app, limits=declared))


def flood(drive: Callable[..., Driver], mailbox: Mailbox, **limits: float) -> list[EndlessBody]:
    """Return the recorded floods."""
    driver = drive(limited(mailbox, limits))
    journal, crashed = driver.perform(FLOOD)
    assert not crashed
    assert not journal.all(Delivery)
    return journal.all(EndlessBody)


def test_an_undeclared_limit_is_not_tested(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """No byte is sent."""
    assert flood(drive, mailbox) == []
    assert mailbox.requests == []


def test_a_limit_above_the_maximum_is_not_tested(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """A test would take too many bytes or too much time; the report states that."""
    driver = drive(limited(mailbox, {"body_bytes": 1 << 30, "body_s": 60}))

    journal, _ = driver.perform(FLOOD)

    assert journal.all(EndlessBody) == []
    assert [cut_short.reason for cut_short in journal.all(StepIncomplete)] == [
        "app.limits.body_bytes is 1073741824, but at most 67108864 can be tested",
        "app.limits.body_s is 60, but at most 58 can be tested",
    ]


@pytest.mark.slow
def test_a_receiver_without_a_limit_gets_a_bounded_body(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """The server of these tests reads every byte."""
    floods = flood(drive, mailbox, body_bytes=1024)

    assert [flood.name for flood in floods] == ["announced", "in_chunks"]
    assert floods[0].was_ended_by_receiver is False
    assert floods[0].taken_bytes > 16 << 20


@pytest.mark.slow
@pytest.mark.full
def test_a_drip_ends_soon_after_the_declared_time(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """A byte is sent ten times a second, for six seconds more than declared."""
    (drip,) = flood(drive, mailbox, body_s=0.1)

    assert (drip.name, drip.was_ended_by_receiver, drip.status) == ("drip", False, None)
    assert 5 <= drip.taken_bytes <= 80
    assert 6 <= drip.took_s < 30
