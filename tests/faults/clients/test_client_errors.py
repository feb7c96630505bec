"""Every fault as six HTTP clients feel it, against what they felt when the table was made."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.faults import FAULTS
from tests.faults.clients.measuring import CALLERS, Felt, felt_by
from tests.faults.clients.page import PAGE, WORDS, page
from tests.faults.clients.samples import NOT_FELT, SAMPLES
from tests.faults.clients.table import kept, words_in
from tools.fault_table import UNFELT

Words = dict[str, Felt]
ROWS = [sample.row for sample in SAMPLES]
QUICK = ("httpx", "requests", "node")
"""Each client is measured whole, which takes half a minute; the others are for ``make test-all``."""


@pytest.fixture(scope="session")
def felt(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Words]:
    """What a client feels of every sample, measured by whichever worker needs it first."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    return lambda client: _measured_once(shared / f"felt-by-{client}.json", client)


def _measured_once(path: Path, client: str) -> Words:
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(msgspec.json.encode(felt_by(client, SAMPLES, kept().of(client))))
    return msgspec.json.decode(path.read_bytes(), type=Words)


@pytest.mark.slow
@pytest.mark.parametrize(
    "client", [*QUICK, *(pytest.param(caller, marks=pytest.mark.full) for caller in CALLERS if caller not in QUICK)]
)
@pytest.mark.parametrize("row", ROWS)
def test_a_client_feels_what_it_felt(felt: Callable[[str], Words], client: str, row: str) -> None:
    """A client that behaves otherwise than when the table was made is seen, with both words."""
    now, before = felt(client)[row], kept().of(client).get(row, "nothing")

    assert now.word in words_in(before), (
        f"{row}: {client} {now.version} feels {now.word!r} ({now.told}), {kept().versions[client]} felt {before!r}; "
        "if that is as it should be, `make felt` writes it down."
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_sample(fault: str) -> None:
    """No fault without an answer to what clients feel of it, or the reason why there is nothing to feel."""
    felt = {str(type(sample.fault).__struct_config__.tag) for sample in SAMPLES}

    assert (fault in felt) != (fault in NOT_FELT)


def test_the_catalogue_knows_what_is_not_felt() -> None:
    """Its table says of each fault whether there is a row here."""
    assert set(NOT_FELT) == UNFELT


def test_every_row_is_answered_by_every_client() -> None:
    """The table has the rows of the samples, in their order, and no others."""
    assert list(kept().felt) == ROWS
    assert [sorted(words) for words in kept().felt.values()] == [sorted(CALLERS)] * len(ROWS)


@pytest.mark.full
def test_the_page_is_current() -> None:
    """It says what the table says."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_word_is_explained() -> None:
    """A reader of the page finds each of its words there."""
    told = [word for row in kept().felt.values() for several in row.values() for word in words_in(several)]
    words = {word.split(" x")[0].removesuffix("-in-body") for word in told}

    assert {word for word in words if not word.startswith("status-")} <= {word.removesuffix("-in-body") for word in WORDS}
