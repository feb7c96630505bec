"""Checks before a soak test starts a process: its options are possible, and its files can be written."""

from pathlib import Path

import pytest

from fiskil_harness.core.config import parse
from fiskil_harness.errors import UsageError
from fiskil_harness.soak.request import SoakRequest
from fiskil_harness.soak.run import check


def test_a_folder_for_the_ledgers_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """The mistake is found before an hour of load."""
    (tmp_path / "file").write_text("")
    settings = parse({"app": {"url": "http://127.0.0.1:1"}}, folder=tmp_path)

    with pytest.raises(UsageError, match="for --keep cannot be made: Not a directory"):
        check(settings, SoakRequest(keep=str(tmp_path / "file" / "ledgers")))
    assert check(settings, SoakRequest(keep=str(tmp_path / "ledgers"))) is False
    assert (tmp_path / "ledgers").is_dir()
