"""The results of six HTTP clients for every fault, checked against the table."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.faults import FAULTS
from tests.faults.clients.measuring import CALLERS, Measurement, measure_client
from tests.faults.clients.page import PAGE, WORDS, page
from tests.faults.clients.samples import SAMPLES, WITHOUT_SAMPLE
from tests.faults.clients.table import read_table, words_in
from tools.fault_table import WITHOUT_CLIENT_ERRORS

Words = dict[str, Measurement]
ROWS = [sample.row for sample in SAMPLES]


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str], Words]:
    """Return a function that measures a client with every sample, once for all workers."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    return lambda client: _measured_once(shared / f"measured-{client}.json", client)


def _measured_once(path: Path, client: str) -> Words:
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(msgspec.json.encode(measure_client(client, SAMPLES, read_table().of(client))))
    return msgspec.json.decode(path.read_bytes(), type=Words)


@pytest.mark.slow
@pytest.mark.parametrize("client", list(CALLERS))
@pytest.mark.parametrize("row", ROWS)
def test_a_client_reports_what_the_table_contains(measured: Callable[[str], Words], client: str, row: str) -> None:
    """A client that behaves differently from the table fails, with both words in the message."""
    measurement, expected = measured(client)[row], read_table().of(client).get(row, "no word")

    assert measurement.word in words_in(expected), (
        f"{row}: {client} {measurement.version} reports {measurement.word!r} ({measurement.message}), "
        f"{read_table().versions[client]} reported {expected!r}; if that is correct, `make client-errors` updates the table."
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_sample(fault: str) -> None:
    """Every fault has a sample, or a reason why it has none."""
    sampled = {str(type(sample.fault).__struct_config__.tag) for sample in SAMPLES}

    assert (fault in sampled) != (fault in WITHOUT_SAMPLE)


def test_the_fault_table_knows_the_faults_without_a_sample() -> None:
    """``docs/faults.md`` links to a row of every other fault."""
    assert set(WITHOUT_SAMPLE) == WITHOUT_CLIENT_ERRORS


def test_every_row_has_every_client() -> None:
    """The table has the rows of the samples, in their order, and no others."""
    assert list(read_table().errors) == ROWS
    assert [sorted(words) for words in read_table().errors.values()] == [sorted(CALLERS)] * len(ROWS)


@pytest.mark.full
def test_the_page_is_current() -> None:
    """The page equals what the table generates."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_word_is_explained() -> None:
    """The page explains each word of the table."""
    entries = [word for row in read_table().errors.values() for cell in row.values() for word in words_in(cell)]
    words = {word.split(" x")[0].removesuffix("-in-body") for word in entries}

    assert {word for word in words if not word.startswith("status-")} <= {word.removesuffix("-in-body") for word in WORDS}
