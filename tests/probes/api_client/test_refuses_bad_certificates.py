"""refuses_bad_certificates: nothing is said over a connection that nobody may trust, and nothing without TLS after it."""

import pytest

from fiskil_harness import faults
from fiskil_harness.faults.catalogue import name_of
from fiskil_harness.journal import CA_FILE_IN_ENV, Bite, FaultSet, Secured, Unencrypted
from fiskil_harness.probes import RefusesBadCertificates, Verdict
from fiskil_harness.probes.api_client.refuses_bad_certificates import BAD, WENT_ON
from tests.probes.tape import Tape

PROBE = RefusesBadCertificates()
EXPIRED, WRONG_HOST = "ExpiredCertificate()", "WrongHost()"
REFUSALS = ("no handshake: TLSV1_ALERT_UNKNOWN_CA", "no handshake: the client left", "the client left after the handshake")


def shown(tape: Tape, fault: str, *seen: str) -> None:
    """A certificate was shown, on a connection for each thing that was seen."""
    for text in seen:
        tape.journal.write(Bite(at_s=tape.now_s, fault=fault, route="connection", request_number=0, observed=text))
        tape.wait(0.1)
    tape.journal.write(FaultSet(at_s=tape.now_s, fault=fault, route="connection", times=1, unbitten=0 if seen else 1))


def reached(tape: Tape, *, is_reached: bool = True) -> None:
    """The control was made."""
    tape.journal.write(Secured(at_s=tape.now_s, is_reached=is_reached))
    tape.wait(0.1)


def plain(tape: Tape, *, is_former: bool = False) -> None:
    """Somebody spoke HTTP without TLS."""
    tape.journal.write(Unencrypted(at_s=tape.now_s, is_former=is_former))
    tape.wait(0.1)


@pytest.mark.parametrize("seen", REFUSALS)
def test_every_way_to_refuse_passes(tape: Tape, seen: str) -> None:
    """Some clients break the handshake off, some end it and leave without a word."""
    reached(tape)
    shown(tape, EXPIRED, seen)
    shown(tape, WRONG_HOST, seen, seen)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "the app refused 2 kinds of bad certificates"
    assert [case.name for case in finding.cases] == ["expired_certificate", "wrong_host"]


def test_a_word_over_such_a_connection_fails(tape: Tape) -> None:
    """One of several connections is enough, and the others do not hide it."""
    reached(tape)
    shown(tape, EXPIRED, REFUSALS[0])
    shown(tape, WRONG_HOST, REFUSALS[1], WENT_ON)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app called the API in spite of a certificate of another host"
    assert [case.verdict for case in finding.cases] == [Verdict.PASS, Verdict.FAIL]


def test_plain_http_after_a_refusal_fails(tape: Tape) -> None:
    """The certificate was refused, and all was said in the open."""
    reached(tape)
    shown(tape, EXPIRED, REFUSALS[0])
    plain(tape)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    told = "the app spoke plain HTTP to the port of the https address after it had refused a certificate"
    assert finding.observed == told


def test_a_process_that_knows_the_former_address_accuses_nobody(tape: Tape) -> None:
    """It may have outlived the restart, and was never told of https."""
    reached(tape)
    shown(tape, EXPIRED, REFUSALS[0])
    plain(tape, is_former=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "something still calls the plain address that was told before"


def test_plain_http_before_any_refusal_accuses_nobody(tape: Tape) -> None:
    """A process that was about to end may have known the former address only."""
    plain(tape)
    reached(tape)
    plain(tape)
    shown(tape, EXPIRED, REFUSALS[0])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("controls", [(), (False,)])
def test_without_a_control_nothing_is_said(tape: Tape, controls: tuple[bool, ...]) -> None:
    """An app that trusts nobody refuses bad certificates as well."""
    for is_reached in controls:
        reached(tape, is_reached=is_reached)
    shown(tape, EXPIRED, WENT_ON)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, CA_FILE_IN_ENV)


def test_a_certificate_that_was_not_met_proves_nothing(tape: Tape) -> None:
    """Though the others were refused."""
    reached(tape)
    shown(tape, EXPIRED, REFUSALS[0])
    shown(tape, WRONG_HOST)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app met no connection with a certificate of another host"


def test_no_certificate_at_all_proves_nothing(tape: Tape) -> None:
    """The control alone is no experiment, and neither are other faults of connections."""
    reached(tape)
    shown(tape, "HandshakeReset()", "what the client said was swallowed")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_every_case_is_named_once() -> None:
    """The names are those of the faults."""
    assert sorted(name for name, _ in BAD.values()) == [
        "expired_certificate",
        "future_certificate",
        "missing_intermediate",
        "self_signed",
        "unknown_authority",
        "wrong_host",
    ]


def test_each_case_is_a_fault() -> None:
    """The probe names faults as the journal does, because it may not import them."""
    kinds = (
        faults.ExpiredCertificate,
        faults.FutureCertificate,
        faults.WrongHost,
        faults.SelfSigned,
        faults.UnknownAuthority,
        faults.MissingIntermediate,
    )

    assert {name: case for name, (case, _) in BAD.items()} == {f"{kind.__name__}()": name_of(kind) for kind in kinds}
