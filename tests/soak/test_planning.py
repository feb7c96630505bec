"""The plan of a run."""

from pathlib import Path

import pytest

from fiskil_harness.core.config import parse
from fiskil_harness.soak.ledger import Lived
from fiskil_harness.soak.plan import ConnectedEndUser
from fiskil_harness.soak.planning import Setup, chosen, timeout_of
from fiskil_harness.soak.request import SoakRequest
from tests.soak.ledgers import ledger


@pytest.mark.parametrize(("ack_s", "timeout_s"), [(2, 10), (10, 11), (30, 31)])
def test_the_timeout_is_longer_than_the_promised_acknowledgement(ack_s: float, timeout_s: float, tmp_path: Path) -> None:
    """An acknowledgement in the promised time is always received."""
    settings = parse({"app": {"limits": {"ack_s": ack_s}}}, folder=tmp_path)

    assert timeout_of(settings) == timeout_s


def test_every_examined_end_user_is_queried_by_the_apps_name() -> None:
    """That includes those who arrived during the load, and the twins of their lives."""
    twins = [ConnectedEndUser(name, "", "", f"ref-{name}") for name in ("one", "two")]
    setup = Setup([ConnectedEndUser("ann", "", "", "ref-ann")], twins, (("renew",),), ["life"], ["control"], 1.0)
    written = ledger(lived=(Lived("eve", 0, True, "ref-eve"),))

    refs, twin_of = chosen(setup, written, SoakRequest(), run_id="run")

    assert refs == {
        "one": "ref-one",
        "two": "ref-two",
        "ann": "ref-ann",
        "life": "soak-run-twin-0",
        "control": "soak-run-twin-1",
        "eve": "ref-eve",
    }
    assert twin_of == {"two": "one", "ann": "one", "eve": "life"}
