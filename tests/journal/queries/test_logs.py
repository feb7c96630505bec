"""Logs: ids, digests of ids, and failures in several languages."""

import hashlib

import pytest

from fiskil_harness.journal import Output, ProcessChanged
from fiskil_harness.journal.queries.logs import KILLED, Log, log_of, reports_failure
from tests.probes.tape import Tape

CONSENT_ID = "arr_7f3c9a21"


@pytest.mark.parametrize("name", ["sha256", "sha1", "md5"])
def test_a_record_names_an_id_by_its_digest(name: str) -> None:
    """An app may hide ids in its log; twelve characters of a digest identify one."""
    digest = hashlib.new(name, CONSENT_ID.encode()).hexdigest()[:12]
    record = f'{{"user": "{digest}", "text": "connected"}}'

    assert Log(records=("started", record)).naming(CONSENT_ID) == [record]


def test_another_hexadecimal_word_is_no_digest() -> None:
    """A trace id names no consent."""
    assert Log(records=("trace=0123456789abcdef connected",)).naming(CONSENT_ID) == []


@pytest.mark.parametrize("text", ["Aufruf fehlgeschlagen", "Échec de l'appel", "llamada rechazada", "chiamata non riuscita"])
def test_a_failure_may_be_reported_in_another_language(text: str) -> None:
    """The language of a log is the app's choice."""
    assert reports_failure(text, None)


@pytest.mark.parametrize("text", ["Befehl ausgeführt", "appel terminé", "llamada terminada"])
def test_a_success_in_another_language_is_no_failure(text: str) -> None:
    """The word for a command contains the beginning of the word for a failure."""
    assert not reports_failure(text, None)


def test_the_log_of_a_killed_app_may_be_incomplete(tape: Tape) -> None:
    """An asynchronous logger loses its last lines."""
    tape.journal.write(ProcessChanged(change="kill"))
    tape.journal.write(Output(place="app.log", text=b"started"))

    assert log_of(tape.journal).problem == KILLED
