"""Logs: ids, digests of ids, and failures in several languages."""

import base64
import hashlib
from collections.abc import Callable

import pytest

from fiskil_harness.journal import DeliveryKind, Output, ProcessChanged
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.logs import (
    HIDDEN,
    KILLED,
    Log,
    has_status,
    log_of,
    names_endpoint,
    reports_failure,
    without_repeats,
    without_requests,
)

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


@pytest.mark.parametrize(
    "text",
    [
        "SEVERE: message 4693 is not stored",
        "FATAL job 7",
        "level=critical job 7",
        "job 7 could not be done",
        "job 7 couldn't be done",
        "message 4693 cannot be stored",
        "unable to store message 4693",
    ],
)
def test_a_level_or_a_negation_reports_a_failure(text: str) -> None:
    """Java's own logging, for instance, calls its level for errors SEVERE."""
    assert reports_failure(text, None)


@pytest.mark.parametrize("text", ["Befehl ausgeführt", "appel terminé", "llamada terminada"])
def test_a_success_in_another_language_is_no_failure(text: str) -> None:
    """The word for a command contains the beginning of the word for a failure."""
    assert not reports_failure(text, None)


@pytest.mark.parametrize(
    "record",
    [
        "2026-11-29T16:38:45.500Z level=INFO endpoint=accounts status=200",
        "2026-11-29 16:38:45,500 INFO accounts 200",
        '127.0.0.1 "GET /banking/accounts" 200 0.500',
        "16:45:500 accounts 200",
        "accounts status=200 ms=500",
        '{"path": "accounts", "status": 200, "durationMs": 500}',
        '{"path": "accounts", "status": 200, "response_time": 500}',
        "GET accounts 200 in 500ms",
        "GET accounts 200 500 ms",
        "GET accounts 200 500 bytes",
        "accounts took 500",
        "accounts 2500",
        "accounts customer=test-9a500f27-1",
        "accounts consent_id=b026c86b-83f2-4217-b5c0-7ea4eb500b70",
    ],
)
def test_a_time_a_duration_a_size_or_a_part_of_an_id_is_no_status(record: str) -> None:
    """Otherwise a line about a success reports a failure, if it was written at the right moment."""
    assert not has_status(record, 500)


@pytest.mark.parametrize(
    "record",
    [
        "2026-11-29T16:38:45.123Z endpoint=accounts status=500 ms=7",
        '{"path":"accounts","status":500,"ms":500}',
        "accounts -> 500",
        "accounts: 500 Internal Server Error",
        "accounts,500,12",
        '"GET /banking/accounts HTTP/1.1" 500 -',
        "failed (500)",
        "HTTP/1.1 500",
        "responseStatus:500",
        "items: 500.",
        "accounts http_500_internal_server_error",
        "accounts HTTP500",
    ],
)
def test_a_status_is_found_in_common_formats(record: str) -> None:
    """The format of a log is the app's choice."""
    assert has_status(record, 500)


def test_the_log_of_a_killed_app_may_be_incomplete(tape: JournalBuilder) -> None:
    """An asynchronous logger loses its last lines."""
    tape.journal.write(ProcessChanged(change="kill"))
    tape.journal.write(Output(place="app.log", text=b"started"))

    assert log_of(tape.journal) == Log(records=("started",), problem=KILLED)


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, base64.b32encode, base64.b16encode])
def test_a_digest_is_recognised_in_each_encoding(encode: Callable[[bytes], bytes]) -> None:
    """Twelve characters of it are enough."""
    digest = encode(hashlib.sha256(b"m-e0").digest())[:12].decode()

    assert Log(records=(f"id={digest}",)).naming("m-e0") == [f"id={digest}"]


def test_a_record_is_particular_by_its_words() -> None:
    """A line about both ids has the same words, except for ids and times."""
    records = ("08:01 przyjęto a-1", "08:02 przyjęto b-2", "08:03 zepsuło się b-2")

    assert Log(records=records).particular(["b-2"], ["a-1"]) == ["08:03 zepsuło się b-2"]


@pytest.mark.parametrize(
    "place",
    ["{}", "id={}", "session_id:{}", '{{"session": "{}"}}', "/callback/{}?code=1", "id={0:.8}", "id={0:.8}...", "…{0:.8}"],
)
def test_an_id_without_a_digit_is_no_word(place: str) -> None:
    """One in a hundred random ids of 27 letters and digits has no digit, and one in four of the first eight characters."""
    with_digits, without = "y8Cld2BPMDTdJRMmIaEaQRMzbdx", "hKSwpcNbdfIxWOBLHiJzPlFzHqZ"
    records = tuple(f"08:0{number} aloitettu {place.format(text)}" for number, text in enumerate((with_digits, without)))

    assert Log(records=records).particular([with_digits], [without]) == []
    assert Log(records=records).particular([without], [with_digits]) == []


def test_an_id_of_the_app_without_a_digit_is_no_word() -> None:
    """It is as long as the id in the other line."""
    records = ("aloitettu a-1 trace=k3jd82jsla", "aloitettu b-2 trace=qwhdjslakf", "peruttu b-2 trace=zmcnbvqpwo")

    assert Log(records=records).particular(["b-2"], ["a-1"]) == ["peruttu b-2 trace=zmcnbvqpwo"]
    assert Log(records=records).particular(["a-1"], ["b-2"]) == []


def test_an_id_in_a_path_names_no_endpoint(tape: JournalBuilder) -> None:
    """An id may have no digit."""
    call = tape.call("end_users.get", path="/v1/end-users/hKSwpcNbdfIxWOBLHiJzPlFzHqZ")

    assert not names_endpoint("linked hKSwpcNbdfIxWOBLHiJzPlFzHqZ", call)
    assert names_endpoint("GET end-users", call)


def test_records_with_the_same_words_are_repeats() -> None:
    """Their ids and times differ."""
    records = ["08:01 päivitetty c-1 trace=k3jd82jsla", "08:02 päivitetty c-1 trace=qwhdjslakf", "08:03 poistettu c-1"]

    assert without_repeats(records, ["c-1"]) == [records[0], records[2]]


def test_without_a_record_about_others_nothing_is_particular() -> None:
    """There is nothing to compare with."""
    assert Log(records=("08:02 przyjęto b-2",)).particular(["b-2"], ["a-1"]) == []


def test_words_without_spaces_are_found_inside_other_words() -> None:
    """Japanese words follow one another."""
    assert reports_failure("同意処理失敗", None)


def test_a_log_with_unknown_ids_only_proves_nothing(tape: JournalBuilder) -> None:
    """Its ids may be digests with a key."""
    tape.deliver_event("consent.received")
    tape.output(
        b"received k3y3dd1g35t01 of k3y3dd1g35t02\napplied k3y3dd1g35t01 of k3y3dd1g35t02\nk3y3dd1g35t03 k3y3dd1g35t03"
    )
    tape.output(b"k3y3dd1g35t03 again", place="b.log")
    for number in range(9):
        tape.forge(f"forgery {number}")  # an app need not log what it refused

    assert log_of(tape.journal).problem == HIDDEN


@pytest.mark.parametrize("shown", ["7f3c9a21", "arr_7f3c9a21", "7f3c9a21-5d", "7f3c9a21...", "8d02c6b0", "…8d02c6b0"])
def test_a_record_names_an_id_by_its_first_or_last_characters(shown: str) -> None:
    """An app may shorten ids in its log, with or without a mark, as version control does."""
    record = f'{{"c": "W1", "id": "{shown}"}}'

    assert Log(records=("started", record)).naming("arr_7f3c9a21-5d1e-4b7f-9a55-11ee8d02c6b0") == [record]


@pytest.mark.parametrize("shown", ["arr_7f3c9a21-ffff", "17f3c9a21", "7f3c9a2", "18d02c6b0", "8d02c6b01", "d02c6b0"])
def test_another_word_is_no_part_of_an_id(shown: str) -> None:
    """Fewer characters are ambiguous, and other characters belong to another id."""
    assert Log(records=(f"id={shown}",)).naming("arr_7f3c9a21-5d1e-4b7f-9a55-11ee8d02c6b0") == []


TRACES = (
    "Traceback (most recent call last):\n"
    '  File "app.py", line 41, in call\n'
    "    r.raise_for_status()\n"
    f"requests.exceptions.HTTPError: 503 for url: http://127.0.0.1/v1/banking/transactions?consent={CONSENT_ID}\n",
    f"TypeError: no page of {CONSENT_ID}\n    at load (/srv/server.js:50:26)\n    at work (/srv/server.js:41:3)\n",
)


@pytest.mark.parametrize("trace", TRACES)
def test_a_printed_stack_trace_alone_is_no_log(tape: JournalBuilder, trace: str) -> None:
    """Runtimes print uncaught errors, also if the app logs elsewhere, so missing lines prove nothing."""
    tape.deliver_event("consent.received", consent=CONSENT_ID)
    tape.output(f"listening on 8000\n{trace}".encode())

    assert "its log may be elsewhere" in log_of(tape.journal).problem


@pytest.mark.parametrize("trace", TRACES)
def test_a_log_line_beside_a_stack_trace_counts(tape: JournalBuilder, trace: str) -> None:
    """The app logs to its output."""
    tape.deliver_event("consent.received", consent=CONSENT_ID)
    tape.output(f"sync of {CONSENT_ID} failed\n{trace}".encode())

    assert log_of(tape.journal).problem == ""


def test_thousands_of_records_that_differ_in_values_are_compared_once() -> None:
    """Times, ids and numbers make no record particular."""
    records = tuple(f"12:00:{number:05} call {'ab'[number % 2]}-1 trace={number:032x}" for number in range(4000))
    log = Log(records=records)

    assert log.particular(["b-1"], ["a-1"]) == []
    assert len(without_repeats(records, ["a-1", "b-1"])) == 1


def test_a_record_names_an_endpoint_by_the_last_word_of_its_path(tape: JournalBuilder) -> None:
    """The words before it are of other endpoints too."""
    call = tape.call("banking.debits", path="/v1/banking/accounts/acc1/mandates")

    assert names_endpoint("GET mandates", call)
    assert not names_endpoint("GET accounts", call)


@pytest.mark.parametrize(("place", "is_complete"), [("app.log", False), ("output", True)])
def test_an_incomplete_log_keeps_its_records(tape: JournalBuilder, place: str, is_complete: bool) -> None:
    """A record that is there may be judged; a standard output without text says nothing about a log file."""
    tape.deliver_event("consent.received")
    tape.output(b"received m-e0\n  in full", place="a.log")
    tape.output(b"", place=place, problem="was cut off")

    log = log_of(tape.journal)

    assert log.records == ("received m-e0\n  in full",)
    assert log.problem == ("" if is_complete else "app.log was cut off")


def test_each_incomplete_output_is_a_problem(tape: JournalBuilder) -> None:
    """A standard output with text is one of them."""
    tape.output(b"started", problem="was cut off")
    tape.output(b"", place="a.log", problem="is missing")

    assert log_of(tape.journal).problem == "output was cut off; a.log is missing"


def test_a_log_in_another_encoding_is_read(tape: JournalBuilder) -> None:
    """The letters of ASCII are the same in most encodings."""
    tape.deliver_event("consent.received")
    tape.output(b"re\xe7u m-e0")

    log = log_of(tape.journal)

    assert (log.records, log.problem) == (("re\ufffdu m-e0",), "")


def test_without_output_no_log_is_read(tape: JournalBuilder) -> None:
    """An empty log file is a log in which nothing was recorded."""
    tape.deliver_event("consent.received")
    tape.output(b" \n")
    assert log_of(tape.journal) == Log(records=(), problem="the app wrote no output that the harness can read")

    tape.output(b"", place="a.log")
    assert log_of(tape.journal).problem == ""


@pytest.mark.parametrize(
    ("line", "is_log"),
    [
        ("received m-e0", True),
        ("read accounts", True),
        ("POST /hooks/m-e0 204", False),
        ("POST /accounts 204", False),
        ("GET /v1/banking/accounts 200", True),
        ("started", False),
    ],
)
def test_a_line_about_the_scenario_shows_the_log(tape: JournalBuilder, line: str, is_log: bool) -> None:
    """It names an id or an endpoint; the lines of a web server only show requests to the app."""
    tape.deliver_event("consent.received")
    tape.call("banking.accounts")
    tape.output(line.encode())

    assert (log_of(tape.journal).problem == "") is is_log


@pytest.mark.parametrize(("kind", "is_log"), [("genuine", True), ("unusual", False)])
def test_a_fuzzed_consent_id_shows_no_log(tape: JournalBuilder, kind: DeliveryKind, is_log: bool) -> None:
    """A body may contain any text in its place, such as one that each line of a web server contains."""
    tape.deliver_event("consent.received")
    tape.deliver("e0", kind=kind, body=b'{"data": {"consent_id": "127."}}')
    tape.output(b"listening on 127.0.0.1")

    assert (log_of(tape.journal).problem == "") is is_log


@pytest.mark.parametrize("shown", ["000000000", "0000000000"])
def test_an_id_with_many_equal_digits_is_found(shown: str) -> None:
    """Its end fits at several places of a word."""
    assert Log(records=(f"id={shown}",)).naming("acct-50000000000") == [f"id={shown}"]


@pytest.mark.parametrize("shown", ["000000000000", "x00000000", "00000000x"])
def test_more_equal_digits_than_the_id_has_are_another_word(shown: str) -> None:
    """The word is no part of the id."""
    assert Log(records=(f"id={shown}",)).naming("acct-50000000000") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("received k3y3dd1g35t01\napplied k3y3dd1g35t01", HIDDEN),
        ("received k3y3dd1g35t01", "the app's output does not mention this scenario, so its log may be elsewhere"),
        ("received m-e0 k3y3dd1g35t01\napplied k3y3dd1g35t01", ""),
    ],
)
def test_as_many_repeated_words_as_ids_may_be_digests(tape: JournalBuilder, text: str, problem: str) -> None:
    """The scenario has one id; the records stay, because they may be judged."""
    tape.deliver_event("consent.received")
    tape.output(text.encode())

    assert log_of(tape.journal) == Log(records=tuple(text.splitlines()), problem=problem)


def test_a_log_without_requests_keeps_its_problem() -> None:
    """Only lines about requests to the app are removed; a call of the API stays."""
    log = Log(records=("a GET /hook/x 204", "GET /v1/accounts 200"), problem="was cut off")

    assert without_requests(log) == Log(records=("a   204", "GET /v1/accounts 200"), problem="was cut off")


@pytest.mark.parametrize(
    ("record", "status", "expected"),
    [
        ("accounts 404", 404, True),
        ("accounts 404", 403, False),
        ("accounts 404", None, False),
        ("accounts error=null retries=0", 404, False),
        ("accounts error=null, rejected", 404, True),
    ],
)
def test_a_status_reports_a_failure(record: str, status: int | None, expected: bool) -> None:
    """It is that of the failed call; a field without an error reports none."""
    assert reports_failure(record, status) is expected
