"""refuses_bad_certificates: the app sends nothing over an untrusted connection, and nothing in plain HTTP afterwards."""

import pytest

from fiskil_harness import faults
from fiskil_harness.faults.catalogue import name_of
from fiskil_harness.journal import CA_FILE_IN_ENV, ApiServedOverTls, Bite, FaultSet, Unencrypted
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RefusesBadCertificates, Verdict
from fiskil_harness.probes.api_client.refuses_bad_certificates import BAD, WENT_ON

PROBE = RefusesBadCertificates()
EXPIRED, WRONG_HOST = "ExpiredCertificate()", "WrongHost()"
REJECTIONS = ("no handshake: TLSV1_ALERT_UNKNOWN_CA", "no handshake: the client left", "the client left after the handshake")


def offer_certificate(tape: JournalBuilder, fault: str, *outcomes: str) -> None:
    """The proxy offered a bad certificate, on one connection for each outcome."""
    for outcome in outcomes:
        tape.journal.write(Bite(at_s=tape.now_s, fault=fault, route="connection", request_number=0, observed=outcome))
        tape.wait(0.1)
    tape.journal.write(
        FaultSet(at_s=tape.now_s, fault=fault, route="connection", times=1, missing_bites=0 if outcomes else 1)
    )


def connect_with_good_certificate(tape: JournalBuilder, *, is_reached: bool = True) -> None:
    """The control connection was made."""
    tape.journal.write(ApiServedOverTls(at_s=tape.now_s, is_reached=is_reached))
    tape.wait(0.1)


def send_plain_http(tape: JournalBuilder, *, is_former: bool = False) -> None:
    """A client sent HTTP without TLS."""
    tape.journal.write(Unencrypted(at_s=tape.now_s, is_former=is_former))
    tape.wait(0.1)


@pytest.mark.parametrize("outcome", REJECTIONS)
def test_every_way_to_reject_passes(tape: JournalBuilder, outcome: str) -> None:
    """Some clients abort the handshake, others complete it and close the connection."""
    connect_with_good_certificate(tape)
    offer_certificate(tape, EXPIRED, outcome)
    offer_certificate(tape, WRONG_HOST, outcome, outcome)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "the app rejected 2 kinds of bad certificates"
    assert [case.name for case in finding.cases] == ["expired_certificate", "wrong_host"]


def test_a_request_over_a_bad_connection_fails(tape: JournalBuilder) -> None:
    """One of several connections is enough to fail."""
    connect_with_good_certificate(tape)
    offer_certificate(tape, EXPIRED, REJECTIONS[0])
    offer_certificate(tape, WRONG_HOST, REJECTIONS[1], WENT_ON)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app called the API despite a certificate of another host"
    assert [case.verdict for case in finding.cases] == [Verdict.PASS, Verdict.FAIL]


def test_plain_http_after_a_rejection_fails(tape: JournalBuilder) -> None:
    """The app rejected the certificate and then sent everything unencrypted."""
    connect_with_good_certificate(tape)
    offer_certificate(tape, EXPIRED, REJECTIONS[0])
    send_plain_http(tape)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    observed = "the app sent plain HTTP to the port of the https URL after it had rejected a certificate"
    assert finding.observed == observed


def test_a_call_to_the_former_address_is_inconclusive(tape: JournalBuilder) -> None:
    """The process may have survived the restart without the new https address."""
    connect_with_good_certificate(tape)
    offer_certificate(tape, EXPIRED, REJECTIONS[0])
    send_plain_http(tape, is_former=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "a process still calls the earlier http URL of the API"


def test_plain_http_before_any_rejection_passes(tape: JournalBuilder) -> None:
    """A process that is about to end may only have the former address."""
    send_plain_http(tape)
    connect_with_good_certificate(tape)
    send_plain_http(tape)
    offer_certificate(tape, EXPIRED, REJECTIONS[0])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("outcomes", [(), (False,)])
def test_without_a_control_connection_the_result_is_inconclusive(tape: JournalBuilder, outcomes: tuple[bool, ...]) -> None:
    """An app that trusts no certificate rejects bad ones as well."""
    for is_reached in outcomes:
        connect_with_good_certificate(tape, is_reached=is_reached)
    offer_certificate(tape, EXPIRED, WENT_ON)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, CA_FILE_IN_ENV)


def test_a_certificate_that_was_not_received_proves_nothing(tape: JournalBuilder) -> None:
    """The result is inconclusive even if the others were rejected."""
    connect_with_good_certificate(tape)
    offer_certificate(tape, EXPIRED, REJECTIONS[0])
    offer_certificate(tape, WRONG_HOST)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "no connection of the app received a certificate of another host"


def test_without_a_bad_certificate_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The control connection and other connection faults are not enough."""
    connect_with_good_certificate(tape)
    offer_certificate(tape, "HandshakeReset()", "what the client said was swallowed")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_every_case_is_named_once() -> None:
    """The case names are those of the faults."""
    assert sorted(name for name, _ in BAD.values()) == [
        "expired_certificate",
        "future_certificate",
        "missing_intermediate",
        "self_signed",
        "unknown_authority",
        "wrong_host",
    ]


def test_each_case_is_a_fault() -> None:
    """The probe writes the faults as the journal does, because it must not import them."""
    kinds = (
        faults.ExpiredCertificate,
        faults.FutureCertificate,
        faults.WrongHost,
        faults.SelfSigned,
        faults.UnknownAuthority,
        faults.MissingIntermediate,
    )

    assert {name: case for name, (case, _) in BAD.items()} == {f"{kind.__name__}()": name_of(kind) for kind in kinds}
