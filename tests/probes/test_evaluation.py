"""What is said besides the answers of probes: what kept them from seeing all that there was to see."""

import msgspec
import pytest

from fiskil_harness.journal import CutShort, Exchange, FaultSet, Journal
from fiskil_harness.probes import AppliesOnce, Verdict
from fiskil_harness.probes.evaluation import findings


def journal(*connections: int, fault: str = "") -> Journal:
    """Calls over these connections, and a fault that never bit."""
    made = Journal()
    for number, connection in enumerate(connections):
        when = {"at_s": number * 0.1, "ended_s": number * 0.1 + 0.05}
        made.write(Exchange(number=number, route="token", method="POST", path="/v1/token", connection=connection, **when))
    if fault:
        made.write(FaultSet(fault=fault, route="connection", times=1, unbitten=1, problem="nothing called it"))
    return made


def said(made: Journal, *, crashed: str = "", missing: str = "") -> dict[str, str]:
    """What is said, by whom."""
    return {
        finding.probe: finding.observed for finding in findings((AppliesOnce(),), made, crashed=crashed, missing=missing)
    }


def test_a_missing_hook_is_all_that_is_said() -> None:
    """Nothing was done, so nothing else can be."""
    assert said(journal(fault="Stall()"), missing="app.drive") == {"applies_once": "the config gives no app.drive"}


def test_a_fault_that_never_bit_is_doubt() -> None:
    """With how often it did, and why it did not."""
    told = said(journal(1, 2, fault="Stall()"))

    assert told["every_fault_bit"] == "Stall() on 'connection' bit 0 of 1 times: nothing called it"


@pytest.mark.parametrize(("connections", "is_doubtful"), [((1, 2, 3), False), ((1, 1, 2), True), ((1,), True), ((), True)])
def test_who_keeps_no_connection_finds_none_closed(connections: tuple[int, ...], is_doubtful: bool) -> None:
    """A connection for each call is lawful; one that was used twice could have been found closed."""
    told = said(journal(*connections, fault="StaleKeepalive(idle_ms=0, by='fin')"))

    assert ("every_fault_bit" in told) is is_doubtful


def test_each_reason_is_said_once() -> None:
    """A step that did less than it should twice over is one reason."""
    made = journal()
    made.write(CutShort(what="it took too long", hook="app.limits"))
    made.write(CutShort(what="it took too long", hook="app.limits"))

    found = findings((AppliesOnce(),), made, crashed="", missing="")

    assert [(finding.probe, finding.hook) for finding in found[1:]] == [("every_step_done", "app.limits")]
    assert {finding.verdict for finding in found} == {Verdict.INCONCLUSIVE}


def test_calls_that_are_far_apart_or_at_once_keep_nobody_from_keeping_connections() -> None:
    """One that was kept would have been given up meanwhile, or was in use."""
    made = journal(fault="StaleKeepalive(idle_ms=0, by='fin')")
    for number, (began_s, ended_s) in enumerate(((0.0, 1.0), (0.5, 1.5), (60.0, 60.1))):
        call = Exchange(number=number, route="token", method="POST", path="/v1/token", connection=number)
        made.write(msgspec.structs.replace(call, at_s=began_s, ended_s=ended_s))

    assert "every_fault_bit" in said(made)
