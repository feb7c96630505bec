"""Bodies without end: tried only up to what was promised, and always ended."""

from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import CutShort, Delivery, Flood
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

FLOOD = Scenario(name="x", practices=(), steps=(steps.FloodBodies(),), probes=())


def limited(mailbox: Mailbox, limits: dict[str, float]) -> Settings:
    """A config whose team promises this."""
    settings = mailbox.settings()
    promised = msgspec.structs.replace(settings.app.limits, **limits)
    return msgspec.structs.replace(settings, app=msgspec.structs.replace(settings.app, limits=promised))


def flooded(drive: Callable[..., Driver], mailbox: Mailbox, **limits: float) -> list[Flood]:
    """What was written down."""
    driver = drive(limited(mailbox, limits))
    journal, crashed = driver.perform(FLOOD)
    assert not crashed
    assert not journal.all(Delivery)
    return journal.all(Flood)


def test_nothing_is_tried_that_nobody_promised(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """No byte is sent."""
    assert flooded(drive, mailbox) == []
    assert mailbox.requests == []


def test_what_is_promised_beyond_the_cap_is_not_tried(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """A receiver may keep a promise that nobody has the bytes or the time to try; that is told."""
    driver = drive(limited(mailbox, {"body_bytes": 1 << 30, "body_s": 60}))

    journal, _ = driver.perform(FLOOD)

    assert journal.all(Flood) == []
    assert [cut_short.what for cut_short in journal.all(CutShort)] == [
        "app.limits.body_bytes, 1073741824, is more than is tried: 67108864",
        "app.limits.body_s, 60, is more than is tried: 58",
    ]


@pytest.mark.slow
def test_a_receiver_that_reads_on_is_left_at_the_bound(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """The server of these tests reads whatever comes."""
    floods = flooded(drive, mailbox, body_bytes=1024)

    assert [flood.name for flood in floods] == ["announced", "in_chunks"]
    assert floods[0].is_over is False
    assert floods[0].taken_bytes > 16 << 20


@pytest.mark.slow
@pytest.mark.full
def test_a_drip_ends_soon_after_the_promised_time(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """A byte ten times a second, for six seconds more than promised."""
    (one,) = flooded(drive, mailbox, body_s=0.1)

    assert (one.name, one.is_over, one.status) == ("drip", False, None)
    assert 5 <= one.taken_bytes <= 80
    assert 6 <= one.took_s < 30
