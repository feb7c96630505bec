"""The aftermath: when the app is idle, and when a missing effect will not come any more."""

from pathlib import Path
from typing import Any

import pytest

from fiskil_harness.app.app_under_test import open_app
from fiskil_harness.core.config import parse
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak.aftermath import Aftermath, is_idle, is_settled
from fiskil_harness.soak.effects import EndUserEffects
from tests.soak.ledgers import effects


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((effects("ann"), effects("ben")), True),
        ((effects("ann"), effects("ben", pending=1)), False),
        ((effects("ann"), effects("ben", pending=None)), False),
        ((), False),
    ],
)
def test_an_app_is_idle_if_it_reports_no_pending_work_for_anyone(
    reports: tuple[EndUserEffects, ...], expected: bool
) -> None:
    """A missing number is not zero."""
    assert is_idle(reports) is expected


@pytest.mark.parametrize(
    ("waiting", "quiet_s", "expected"),
    [
        ((effects("ann"),), 3.0, True),
        ((effects("ann", pending=None),), 3.0, False),
        ((effects("ann", pending=None),), 5.0, True),
        ((effects("ann", pending=1),), 60.0, False),
        ((), 0.0, True),
    ],
)
def test_an_app_without_pending_gets_the_time_that_it_promises(
    waiting: tuple[EndUserEffects, ...], quiet_s: float, expected: bool
) -> None:
    """Three rounds without a change prove a loss only if the app says that nothing is unfinished."""
    assert is_settled(waiting, rounds=3, quiet_s=quiet_s, fresh_s=5.0) is expected


class CountsOfAll:
    """An app that ignores the end user of the effects hook."""

    def start(self, values: dict[str, str]) -> str:
        """Return the URL of the app."""
        return values["public_url"]

    def ready(self, _values: dict[str, str]) -> bool:
        """Return true: the app is always ready."""
        return True

    def effects(self, _values: dict[str, str]) -> dict[str, Any]:
        """Return the counts of all messages."""
        return {"applied": {f"m{number}": 1 for number in range(3)}, "pending": 0}


def test_equal_reports_are_kept_once(tmp_path: Path) -> None:
    """The counts of 100,000 end users, kept for each examined end user, would need more memory than there is."""
    app = open_app(
        parse({}, folder=tmp_path), values={"public_url": "http://127.0.0.1:1"}, workdir=tmp_path, app_object=CountsOfAll()
    )
    app.start()
    with LocalFiskil(workdir=tmp_path) as fiskil:
        aftermath = Aftermath(app, fiskil, settle_s=0, fresh_s=0)

        read = aftermath.read({name: name for name in ("ann", "ben", "cem")}, {}, {})

    assert read["ann"].applied == {"m0": 1, "m1": 1, "m2": 1}
    assert len({id(report.applied) for report in read.values()}) == 1
