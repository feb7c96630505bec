"""The plan of a run."""

from pathlib import Path

import pytest

from fiskil_harness.core.config import parse
from fiskil_harness.soak.planning import timeout_of


@pytest.mark.parametrize(("ack_s", "timeout_s"), [(2, 10), (10, 11), (30, 31)])
def test_the_timeout_is_longer_than_the_promised_acknowledgement(ack_s: float, timeout_s: float, tmp_path: Path) -> None:
    """An acknowledgement in the promised time is always received."""
    settings = parse({"app": {"limits": {"ack_s": ack_s}}}, folder=tmp_path)

    assert timeout_of(settings) == timeout_s
