"""acknowledges_genuine: messages signed by Fiskil get 2xx, unless a fault was injected."""

from typing import Any

import pytest

from fiskil_harness.journal import API_URL_IN_ENV, ApiUrlMissing, EventCreated
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import AcknowledgesGenuine, Finding, Verdict
from fiskil_harness.probes.webhooks.acknowledges_genuine import FIX_FOR_FAILURES
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = AcknowledgesGenuine().examine(courier.journal)
    return finding


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_passes(status: int) -> None:
    """The exact status does not matter."""
    courier = receiver_journal()
    courier.deliver("e0", status=status)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422, 500, 503])
def test_a_refusal_without_a_fault_fails(status: int) -> None:
    """Redirects and server errors are refusals too."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", name="pretty", status=status)
    courier.deliver("e1", kind="unusual", name="list_as_id", status=500, is_judged=False)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.fix == (FIX_FOR_FAILURES if status >= 500 else AcknowledgesGenuine.fix)
    assert finding.advice == ("5xx for signed messages that Fiskil never sends: list as id",)
    assert finding.observed == "1 of 2 genuine messages were not acknowledged immediately"
    assert finding.evidence == (f"e2 pretty attempt 1: {status}",)


@pytest.mark.parametrize(
    ("of_forged", "of_escaped", "verdict"),
    [(401, 401, Verdict.FAIL), (401, 500, Verdict.INCONCLUSIVE), (500, 500, Verdict.FAIL), (500, 401, Verdict.FAIL)],
)
def test_a_server_error_is_a_wrong_signature_only_if_forged_messages_get_it_too(
    of_forged: int, of_escaped: int, verdict: Verdict
) -> None:
    """A receiver that cannot read escapes in JSON is not said to serialise it again; the finding fails all the same."""
    courier = JournalBuilder()
    courier.deliver("e0")
    courier.deliver("e2", name="escaped", status=of_escaped)
    courier.forge("random_signature", status=of_forged)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert [case.verdict for case in finding.cases if case.name == "escaped"] == [verdict]


def test_a_known_message_without_a_change_is_no_variant() -> None:
    """If only a plain message fails, the receiver refuses no unknown event, and the advice is about its processing."""
    courier = receiver_journal()
    courier.deliver("e0", status=500)
    courier.event("unknown_event", "banking.accounts.sync.paused")
    courier.deliver("unknown_event")
    courier.deliver("e2", name="extra_field")

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.fix == FIX_FOR_FAILURES
    assert [(case.name, case.verdict) for case in finding.cases] == [
        ("unknown_event", Verdict.PASS),
        ("extra_field", Verdict.PASS),
    ]


def test_no_response_without_a_fault_fails() -> None:
    """A process that crashed on an earlier message does not acknowledge the next one (I14)."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", status=None, problem="connection refused")

    assert examined(courier).evidence == ("e2 attempt 1: connection refused",)


def test_without_a_delivery_the_result_is_inconclusive() -> None:
    """Without a genuine delivery there is no response to judge."""
    finding = examined(receiver_journal())

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no genuine message was delivered")


def test_a_message_whose_response_was_not_read_proves_nothing() -> None:
    """No other message was delivered, so it is unknown whether the app acknowledges any."""
    courier = receiver_journal()
    courier.deliver("e0", status=None, problem="hung up before reading the response")

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE


def test_an_only_message_that_was_postponed_proves_nothing() -> None:
    """The receiver acknowledges it later."""
    courier = receiver_journal()
    courier.deliver("e0", status=429)

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "1 genuine messages were postponed for longer than the harness waits (429)"


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        ({"event": "e1", "status": 401}, Verdict.FAIL),
        ({"event": "e1", "status": None, "problem": "connection refused"}, Verdict.FAIL),
        ({"event": "e0", "attempt": 2, "status": 401}, Verdict.FAIL),
        ({"event": "e0", "attempt": 2, "status": 409}, Verdict.INCONCLUSIVE),
    ],
    ids=["another message", "a crash", "a wrong secret", "a repetition"],
)
def test_a_refusal_counts_after_a_response_that_was_not_read(later: dict[str, Any], verdict: Verdict) -> None:
    """A receiver may have acknowledged the first attempt and refuse the next one, but not as a forgery."""
    courier = receiver_journal()
    courier.deliver("e0", status=None, problem="hung up before reading the response")
    courier.deliver(**later)

    finding = examined(courier)

    assert (finding.verdict, len(finding.evidence)) == (verdict, int(verdict is Verdict.FAIL))


def test_a_response_that_the_harness_did_not_wait_for_is_no_refusal() -> None:
    """Neither the closed connection nor the refused repetition counts against the app."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", status=None, problem="hung up before reading the response")
    courier.deliver("e2", attempt=2, status=409)

    assert examined(courier).verdict is Verdict.PASS


def test_a_concurrent_duplicate_may_be_refused() -> None:
    """In a burst the message must be acknowledged once (rule 5)."""
    courier = receiver_journal()
    courier.deliver("e0", group=1)
    courier.deliver("e0", group=1, status=409)

    assert examined(courier).verdict is Verdict.PASS


def test_a_burst_that_is_acknowledged_later_passes() -> None:
    """503 under load is accepted if the retry is acknowledged."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", group=1, status=503)
    courier.deliver("e2", attempt=2)

    assert examined(courier).verdict is Verdict.PASS


def test_a_burst_that_is_never_acknowledged_fails() -> None:
    """A refusal that no later attempt repairs is a failure."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", group=1, status=503)

    assert examined(courier).verdict is Verdict.FAIL


def test_refusing_a_repetition_is_advice() -> None:
    """It causes retries but cannot lose a message (rule 5)."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2, status=409)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("repetitions of acknowledged messages were refused (409); 2xx would end the retries",)


def test_a_requested_failure_is_excused_once() -> None:
    """The first refusal after the request is expected; the next one is a failure of the app."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.request_failure()
    courier.deliver("e2", status=503)
    assert examined(courier).verdict is Verdict.PASS

    courier.deliver("e2", attempt=2, status=503)
    assert examined(courier).verdict is Verdict.FAIL


def test_a_broken_api_is_an_excuse() -> None:
    """An app that works before it responds may refuse a message while the API is broken."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.call("banking.accounts", bites=("Status(503)",), took_s=0.2, after_s=0.0)
    courier.deliver("e1", status=500, took_s=0.2)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "unusual", "is_judged": False},
        {"kind": "foreign"},
        {"kind": "replay"},
        {"source_ip": "127.0.0.2"},
        {"is_judged": False},
    ],
)
def test_messages_that_fiskil_never_sends_are_not_judged(more: dict[str, object]) -> None:
    """Unusual messages, foreign ids, replays, foreign addresses and other encodings may be refused."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", status=403, **more)

    assert examined(courier).verdict is Verdict.PASS


def test_a_server_error_on_an_unusual_message_is_advice() -> None:
    """Fiskil never sends such a message (rule 6)."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", kind="unusual", name="list_as_id", status=500, is_judged=False)

    assert examined(courier).advice == ("5xx for signed messages that Fiskil never sends: list as id",)


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("raw_key_hex", "forged", "decode the secret and compare base64"),
        ("hex", "replay", "the digest is compared as hex; the header carries base64"),
    ],
)
def test_the_finding_names_the_wrong_signature_that_is_accepted(name: str, kind: str, hint: str) -> None:
    """If every genuine message is refused, an accepted wrong signature explains it."""
    courier = receiver_journal()
    courier.deliver("e0", status=401)
    courier.deliver("e2", kind=kind, name=name, is_judged=False)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("every genuine message was refused: 401; the receiver accepts ")
    assert finding.observed.endswith(hint)


@pytest.mark.parametrize("status", [404, 405])
def test_a_path_without_a_handler_is_inconclusive(status: int) -> None:
    """The finding names the config key of the path."""
    courier = receiver_journal()
    courier.deliver("e0", status=status)

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.webhook")


@pytest.mark.parametrize(("is_idle", "verdict"), [(True, Verdict.FAIL), (False, Verdict.INCONCLUSIVE)])
def test_an_acknowledged_variant_without_an_effect_fails(*, is_idle: bool, verdict: Verdict) -> None:
    """A receiver that responds first and verifies later drops what it cannot verify (I13); a busy one may apply it later."""
    courier = receiver_journal()
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="pretty")
    courier.deliver("e1", kind="unusual", name="list_as_id", status=500, is_judged=False)
    courier.effects(applied={"e4": 1}, is_idle=is_idle)

    finding = examined(courier)

    assert finding.verdict is verdict
    assert finding.evidence == (("e2 pretty attempt 1: 204",) if is_idle else ())
    assert [(case.name, case.verdict) for case in finding.cases] == ([("pretty", verdict)] if is_idle else [])
    assert finding.advice == ("5xx for signed messages that Fiskil never sends: list as id",)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"status": 401}, "check first that the receiver has the harness's secret and scheme"),
        ({"status": None, "problem": "connection reset"}, "check that an HTTP server listens at this address"),
        ({"status": 500}, "verify the raw bytes as they arrived"),
    ],
)
def test_the_fix_for_a_receiver_that_refuses_everything_names_the_setup_first(more: dict[str, object], words: str) -> None:
    """A wrong secret or port is more likely than a subtle bug."""
    courier = receiver_journal()
    courier.deliver("e0", **more)
    courier.deliver("e2", **more)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.fix.startswith(words)


def test_a_receiver_that_had_stopped_before_is_inconclusive() -> None:
    """The scenario that stopped the receiver reports it; this one observed nothing."""
    courier = receiver_journal()
    courier.deliver("e0", status=None, problem="connection refused")
    courier.deliver("e2", name="pretty", status=None, problem="connection refused")

    finding = examined(courier)

    assert (finding.verdict, finding.cases) == (Verdict.INCONCLUSIVE, ())
    assert finding.observed.startswith("nothing listens at the receiver's address")


def test_a_kind_of_event_that_is_never_applied_passes() -> None:
    """The app ignores the kind of event, not its JSON form."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", name="pretty")
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_an_applied_variant_passes() -> None:
    """Other bytes have the same effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", name="pretty")
    courier.effects(applied={"e0": 1, "e2": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_events_that_the_app_does_not_use_may_be_ignored() -> None:
    """If the config lists no used events, no effect is required."""
    courier = receiver_journal(uses=None)
    courier.deliver("e0")
    courier.deliver("e2", name="pretty")
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_each_variant_is_a_case() -> None:
    """The failed case names the variant that the receiver refuses."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", name="pretty")
    courier.deliver("e2", name="escaped", status=401)

    assert cases_of(courier) == {"pretty": Verdict.PASS, "escaped": Verdict.FAIL}


def test_a_receiver_that_refuses_everything_has_one_general_case() -> None:
    """No special property of a message was the reason."""
    refusing, accepting = receiver_journal(), receiver_journal()
    refusing.deliver("e0", status=401)
    accepting.deliver("e0")

    assert (cases_of(refusing), cases_of(accepting)) == ({"every_message": Verdict.FAIL}, {})


@pytest.mark.parametrize(("name", "status"), [("raw_key_hex", 401), ("random_signature", 204)])
def test_a_receiver_that_accepts_no_wrong_form_has_one_general_case(name: str, status: int) -> None:
    """A wrong form that is refused too, and a signature of no known form, explain nothing."""
    courier = receiver_journal()
    courier.deliver("e0", status=401)
    courier.forge(name, status=status)

    finding = examined(courier)

    assert finding.observed == "every genuine message was refused: 401; check secret and scheme"
    assert cases_of(courier)["every_message"] is Verdict.FAIL


def test_an_accepted_wrong_signature_fails_if_genuine_ones_are_refused() -> None:
    """A receiver that accepts genuine messages does not have this bug."""
    refusing, accepting = receiver_journal(), receiver_journal()
    refusing.deliver("e0", status=401)
    refusing.forge("raw_key_hex", status=204)
    refusing.forge("raw_key_base64", status=401)
    accepting.deliver("e0")
    accepting.forge("raw_key_hex", status=204)

    assert cases_of(refusing) == {"raw_key_hex": Verdict.FAIL, "raw_key_base64": Verdict.PASS}
    assert cases_of(accepting) == {"raw_key_hex": Verdict.PASS}


@pytest.mark.parametrize(
    ("status", "verdict"), [(204, Verdict.PASS), (404, Verdict.PASS), (500, Verdict.FAIL), (None, Verdict.FAIL)]
)
def test_genuine_messages_after_junk_are_a_case(status: int | None, verdict: Verdict) -> None:
    """A server error or no response shows that junk broke the receiver; another status has another cause."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.forge("letters_1", status=500)
    courier.deliver("e2", status=status, problem="" if status else "connection refused")

    assert cases_of(courier)["after_junk"] is verdict


def cases_of(courier: JournalBuilder) -> dict[str, Verdict]:
    """Return the verdict of each case."""
    return {case.name: case.verdict for case in AcknowledgesGenuine().examine(courier.journal).cases}


def test_a_receiver_that_stopped_is_reported_as_such() -> None:
    """From one delivery on, all connections were refused."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=None, problem="connection reset")
    courier.deliver("e2", status=None, problem="connection refused")

    finding = examined(courier)

    observed = "2 of 3 genuine messages were not acknowledged immediately: the receiver stopped listening"
    assert (finding.verdict, finding.observed) == (Verdict.FAIL, observed)


def test_a_receiver_that_listens_at_the_end_has_not_stopped() -> None:
    """One connection was refused in between."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e1", status=None, problem="connection refused")
    courier.deliver("e2")

    assert examined(courier).observed == "1 of 3 genuine messages were not acknowledged immediately"


@pytest.mark.parametrize(("status", "headers"), [(503, (("Retry-After", "30"),)), (429, ())])
def test_a_postponed_message_is_inconclusive(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    """429 and Retry-After are valid responses under load; Fiskil's retry comes minutes later."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e2", status=status, response_headers=headers)
    courier.deliver("e1", kind="unusual", name="list_as_id", status=500, is_judged=False)

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.advice == ("5xx for signed messages that Fiskil never sends: list as id",)
    assert finding.observed == f"1 genuine messages were postponed for longer than the harness waits ({status})"


def without_api() -> JournalBuilder:
    """Return a courier of a receiver that does not get the URL of the local Fiskil."""
    courier = receiver_journal()
    courier.journal.write(ApiUrlMissing(step=0, at_s=0.0))
    return courier


def test_a_server_error_of_a_receiver_without_the_api_proves_nothing() -> None:
    """The receiver may process messages before it responds; the reason names the remedy, and the config key."""
    courier = without_api()
    courier.deliver("e0")
    courier.deliver("e2", status=500)

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, API_URL_IN_ENV)
    assert finding.observed.startswith("1 of 2 genuine messages got 500; the receiver does not call the local Fiskil")
    assert 'FISKIL_BASE_URL = "{api_url}" in [app.env]' in finding.observed
    assert finding.advice == (FIX_FOR_FAILURES,)


def test_the_other_messages_of_a_receiver_without_the_api_are_cases() -> None:
    """The message in doubt is none, and all advice is kept."""
    courier = without_api()
    courier.deliver("e0")
    courier.deliver("e1", name="escaped")
    courier.deliver("e2", name="pretty", status=500)
    courier.deliver("e3", kind="unusual", name="list_as_id", status=500, is_judged=False)

    finding = examined(courier)

    assert finding.advice == ("5xx for signed messages that Fiskil never sends: list as id", FIX_FOR_FAILURES)
    assert [(case.name, case.verdict) for case in finding.cases] == [("escaped", Verdict.PASS)]


def test_nothing_but_server_errors_of_a_receiver_without_the_api_proves_nothing() -> None:
    """In a burst a small server may also reset connections."""
    courier = without_api()
    courier.deliver("e0", status=500)
    courier.deliver("e2", status=None, problem="connection reset", group=1)

    assert (examined(courier).verdict, examined(courier).hook) == (Verdict.INCONCLUSIVE, API_URL_IN_ENV)


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        ({"status": 500, "group": 1}, Verdict.INCONCLUSIVE),
        ({"status": None, "problem": "connection reset", "group": 1}, Verdict.INCONCLUSIVE),
        ({"status": None, "problem": "connection reset"}, Verdict.FAIL),
    ],
)
def test_only_a_reset_outside_a_burst_needs_another_cause_than_the_api(response: dict[str, Any], verdict: Verdict) -> None:
    """No message was acknowledged, and the other responses are server errors."""
    courier = without_api()
    courier.deliver("e0", status=500, group=1)
    courier.deliver("e2", **response)

    assert examined(courier).verdict is verdict


@pytest.mark.parametrize(
    "second",
    [
        {"status": 401},
        {"status": None, "problem": "connection refused"},
        {"status": 500, "response_body": b"Traceback (most recent call last):\n"},
    ],
    ids=["refused as forged", "stopped", "stack trace"],
)
def test_what_no_failing_api_call_explains_is_a_failure(second: dict[str, Any]) -> None:
    """A refusal as forged, a receiver that stops, and an exception that it does not handle."""
    courier = without_api()
    courier.deliver("e0")
    courier.deliver("e1", status=500)
    courier.deliver("e2", **second)

    assert examined(courier).verdict is Verdict.FAIL


def test_a_kind_of_event_that_was_acknowledged_needs_no_api() -> None:
    """So a server error for another form of it is a failure."""
    courier = without_api()
    courier.deliver("e0")
    courier.event("e9", courier.journal.all(EventCreated)[0].kind)
    courier.deliver("e9", status=500, name="extra_field")

    finding = examined(courier)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("e9 extra field attempt 1: 500",))


def test_a_wrong_signature_that_is_accepted_explains_more_than_the_api() -> None:
    """The receiver then verifies the signature in a wrong way."""
    courier = without_api()
    courier.deliver("e0", status=500)
    courier.forge("raw_key_base64", status=200)

    assert examined(courier).verdict is Verdict.FAIL
