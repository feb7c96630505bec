"""refuses_forgeries: a message that Fiskil did not sign has no effect."""

from typing import Any

import pytest

from fiskil_harness.journal import Idle
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, RefusesForgeries, Verdict
from fiskil_harness.probes.webhooks.refuses_forgeries import ALIKE, NO_SIGNATURE, OTHER_BYTES
from tests.probes.receivers import receiver_journal

PROBE = RefusesForgeries()


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = PROBE.examine(courier.journal)
    return finding


def controlled(**response: Any) -> JournalBuilder:
    """Build a journal with a genuine message; *response* describes its response."""
    courier = receiver_journal()
    courier.deliver("e0", **response)
    courier.next_step()
    return courier


def test_forgeries_without_an_effect_pass() -> None:
    """They were refused, and only the genuine message was applied."""
    courier = controlled()
    courier.forge("unsigned")
    courier.forge("other_secret", status=403)
    courier.leak("the page callback", "expected signature")
    courier.effects(applied={"e0": 1, "forged-id-unsigned": 0})

    finding = examined(courier)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 2, ())
    assert [(case.name, case.verdict, case.observed, case.events) for case in finding.cases] == [
        ("responds_to_junk", Verdict.PASS, "every forged message got a response", ()),
        ("unsigned", Verdict.PASS, "unsigned: 401", ("forged:unsigned",)),
        ("other_secret", Verdict.PASS, "other secret: 403", ("forged:other_secret",)),
        (ALIKE, Verdict.PASS, "no forgery got the response of genuine messages", ()),
    ]


@pytest.mark.parametrize(("slow_refusals", "has_advice"), [(3, True), (2, False)])
def test_slow_refusals_are_advice(slow_refusals: int, has_advice: bool) -> None:
    """Several refusals must be slow although another response was fast; the verdict stays PASS."""
    courier = controlled()
    names = ("unsigned", "other_secret", "random_signature", "empty_header")
    forgeries = [courier.forge(name, took_s=1.5 if number < slow_refusals else 0.01) for number, name in enumerate(names)]
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    advice = "refusals of forged messages took more than 1 s; check the signature before any other work"
    assert (finding.verdict, finding.examined) == (Verdict.PASS, len(forgeries))
    assert finding.advice == ((advice,) if has_advice else ())


@pytest.mark.parametrize(("took_s", "has_advice"), [(1.25, False), (1.375, True)])
def test_refusals_are_slow_beyond_a_second_more_than_the_quickest_response(took_s: float, has_advice: bool) -> None:
    """A message without a response shows nothing about the speed of the machine."""
    courier = controlled(took_s=0.25)
    courier.deliver("e1", status=None, problem="connection reset", took_s=0.0)
    for name in ("unsigned", "other_secret", "random_signature"):
        courier.forge(name, took_s=took_s)
    courier.effects(applied={"e0": 1})

    assert bool(examined(courier).advice) is has_advice


def test_quick_acknowledgements_of_forgeries_do_not_hide_slow_refusals() -> None:
    """Only refusals show that the app works before it checks the signature."""
    courier = controlled()
    for name in ("unsigned", "other_secret", "random_signature"):
        courier.forge(name, took_s=1.5)
    for name in ("empty_key", "empty_header", "respaced"):
        courier.forge(name, status=202)
    courier.effects(applied={"e0": 1})

    advice = "refusals of forged messages took more than 1 s; check the signature before any other work"
    assert examined(courier).advice[0] == advice


def test_a_slow_machine_gives_no_advice() -> None:
    """Genuine messages take as long as forged ones."""
    courier = controlled(took_s=2)
    courier.forge("unsigned", took_s=2)
    courier.forge("other_secret", took_s=2)
    courier.forge("random_signature", took_s=2)
    courier.effects(applied={"e0": 1})

    assert examined(courier).advice == ()


@pytest.mark.parametrize("status", [204, 401, 500])
def test_an_applied_forgery_fails_whatever_the_status(status: int) -> None:
    """Effects take precedence over statuses."""
    courier = controlled()
    courier.forge("unsigned", status=status)
    courier.forge("other_secret")
    courier.effects(applied={"e0": 1, "forged:unsigned": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "a forged message was applied: unsigned"
    assert finding.evidence == (f"unsigned: {status}",)


def test_the_other_applied_forgeries_are_counted() -> None:
    """The evidence names all of them."""
    courier = controlled()
    for name in ("unsigned", "other_secret", "empty_key"):
        courier.forge(name)
    courier.effects(applied={"e0": 1, "forged-id-unsigned": 1, "forged-id-other_secret": 1, "forged-id-empty_key": 1})

    finding = examined(courier)

    assert finding.observed == "a forged message was applied: unsigned, and 2 more"
    assert finding.evidence == ("unsigned: 401", "other secret: 401", "empty key: 401")


def test_an_applied_forgery_needs_no_genuine_effect() -> None:
    """A receiver with a wrong key refuses genuine messages, and fails all the same."""
    courier = controlled(status=401)
    courier.forge("raw_key_hex", status=204)
    courier.effects(applied={"forged:raw_key_hex": 1})

    assert examined(courier).verdict is Verdict.FAIL


def test_without_a_genuine_effect_the_result_is_inconclusive() -> None:
    """An app that applies nothing cannot show an effect of a forgery."""
    courier = controlled()
    courier.forge("unsigned")
    courier.effects(applied={})

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
    assert finding.observed == "no genuine delivery had a visible effect, so a forged one cannot show one"


def test_without_forgeries_the_result_is_inconclusive() -> None:
    """The probe needs at least one forgery."""
    courier = controlled()
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no forged message was delivered")


def record_states(courier: JournalBuilder, before: Any, after: Any, *, participant: str = "") -> None:
    """Record the state before and after the current step."""
    courier.effects(state=before, participant=participant, moment="before")
    courier.effects(state=after, participant=participant, moment="after")


def with_states(after_forgery: Any, *, before: Any = None) -> JournalBuilder:
    """Build a journal in which a genuine revocation changed the control's state, and forgeries the other state."""
    courier = receiver_journal()
    record_states(courier, {"consent": "active", "refused": 0}, {"consent": "revoked", "refused": 0}, participant="control")
    courier.deliver("control.e3")
    courier.next_step()
    record_states(courier, before or {"consent": "active", "refused": 0}, after_forgery)
    courier.forge("unsigned")
    return courier


def test_a_state_changed_as_by_a_genuine_message_fails() -> None:
    """Without counts, the same change of state as by a genuine message is the evidence."""
    finding = examined(with_states({"consent": "revoked", "refused": 1}))

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "forged consent.revoked messages changed the state as a genuine one does: $.consent"


@pytest.mark.parametrize(
    ("status", "later", "verdict"),
    [
        (401, {"consent": "active"}, Verdict.INCONCLUSIVE),
        (401, {"consent": "revoked"}, Verdict.FAIL),
        (204, {"consent": "active"}, Verdict.FAIL),
    ],
)
def test_a_state_that_also_changes_without_forgeries_is_inconclusive(
    status: int, later: dict[str, str], verdict: Verdict
) -> None:
    """If all forgeries were refused, the app may change its state by itself."""
    courier = receiver_journal()
    record_states(courier, {"consent": "active"}, {"consent": "revoked"}, participant="control")
    courier.deliver("control.e3", status=202)
    courier.next_step()
    record_states(courier, {"consent": "active"}, {"consent": "revoked"})
    courier.forge("unsigned", status=status)
    courier.next_step()
    courier.journal.write(Idle(step=courier.step, seconds=1))
    record_states(courier, {"consent": "revoked"}, later)

    assert examined(courier).verdict is verdict


@pytest.mark.parametrize(
    ("later", "verdict", "failed"),
    [("revoked", Verdict.FAIL, ["unsigned"]), ("active", Verdict.INCONCLUSIVE, [])],
)
def test_each_step_with_forgeries_is_judged(later: str, verdict: Verdict, failed: list[str]) -> None:
    """The forgeries of the first step changed nothing; those of the second one did, or the app changes by itself."""
    courier = receiver_journal()
    record_states(courier, {"consent": "active"}, {"consent": "revoked"}, participant="control")
    courier.deliver("control.e3")
    courier.next_step()
    record_states(courier, {"consent": "active"}, {"consent": "active"})
    courier.forge("other_secret")
    courier.next_step()
    record_states(courier, {"consent": "active"}, {"consent": "revoked"})
    courier.forge("unsigned")
    courier.next_step()
    courier.write(Idle(step=courier.step, seconds=1))
    record_states(courier, {"consent": "revoked"}, {"consent": later})

    finding = examined(courier)

    assert finding.verdict is verdict
    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == failed


def test_another_change_of_state_passes() -> None:
    """A counter of refusals is no effect of a forgery."""
    finding = examined(with_states({"consent": "active", "refused": 1}))

    assert finding.verdict is Verdict.PASS


def test_counts_do_not_hide_a_changed_state() -> None:
    """An app that works before it verifies may count only verified messages."""
    courier = with_states({"consent": "revoked", "refused": 1})
    courier.effects(applied={"control.e3": 1}, participant="control")

    assert examined(courier).verdict is Verdict.FAIL


def test_a_control_without_a_change_is_inconclusive() -> None:
    """A state that no message changes does not show a forgery either."""
    courier = receiver_journal()
    record_states(courier, {"ok": True}, {"ok": True}, participant="control")
    courier.deliver("control.e3")
    courier.next_step()
    record_states(courier, {"ok": True}, {"ok": True})
    courier.forge("unsigned")

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_the_response_of_genuine_messages_fails() -> None:
    """If its secret were wrong, such a receiver would lose every event unnoticed (rule 12)."""
    courier = controlled(response_body=b"ok", status=200)
    courier.forge("unsigned", status=200, response_body=b"ok")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 1 forged messages got the response of genuine ones: 200"
    assert finding.evidence == ("unsigned: 200",)
    assert [case.observed for case in finding.cases if case.name == ALIKE] == [finding.observed]


def test_a_response_without_an_effect_is_a_case_of_its_own() -> None:
    """The effects show that the forgery was not accepted, so its own case passes."""
    courier = controlled(response_body=b"ok", status=200)
    courier.forge("unsigned", status=200, response_body=b"ok")
    courier.forge("other_secret")
    courier.effects(applied={"e0": 1})

    cases = {case.name: case.verdict for case in examined(courier).cases}

    assert (cases["unsigned"], cases["other_secret"], cases[ALIKE]) == (Verdict.PASS, Verdict.PASS, Verdict.FAIL)


@pytest.mark.parametrize(
    ("genuine", "forged"),
    [
        ({"status": 202, "response_body": b""}, {"status": 202, "response_body": b""}),
        ({"status": 200, "response_body": b"taken"}, {"status": 200, "response_body": b"ignored"}),
        ({"status": 204}, {"status": 202}),
    ],
)
def test_another_2xx_without_an_effect_is_advice(genuine: dict[str, Any], forged: dict[str, Any]) -> None:
    """202 promises nothing, and a different response is distinguishable."""
    courier = controlled(**genuine)
    courier.forge("unsigned", **forged)
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice[0].startswith("2xx without an effect for unsigned")


def test_other_methods_may_get_2xx() -> None:
    """A page or a health check under the same path is not the receiver."""
    courier = controlled()
    courier.forge("get_unsigned", status=204)
    courier.forge("unsigned")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_a_server_error_is_advice() -> None:
    """An exception on a junk header is undesirable but harmless (rule 7)."""
    courier = controlled()
    courier.forge("non_ascii_header", status=500)
    courier.forge("unsigned", status=503)
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("5xx for non ascii header; 4xx would show that the sender is at fault",)


@pytest.mark.parametrize(
    ("response", "effects", "verdict"),
    [
        ({"status": 401}, {"e0": 1, "forged-id-unsigned": 1}, Verdict.FAIL),
        ({"status": None, "problem": "no response within the limit"}, {"e0": 1}, Verdict.FAIL),
        ({"status": 204}, {"e0": 1}, Verdict.FAIL),
        ({"status": 401}, None, Verdict.INCONCLUSIVE),
    ],
    ids=["applied", "no response", "response of genuine messages", "no effects"],
)
def test_a_server_error_is_advice_beside_every_finding(
    response: dict[str, Any], effects: dict[str, int] | None, verdict: Verdict
) -> None:
    """Another forgery crashed the code that reads its header."""
    courier = controlled()
    courier.forge("unsigned", **response)
    courier.forge("non_ascii_header", status=500)
    if effects:
        courier.effects(applied=effects)

    finding = examined(courier)

    assert finding.verdict is verdict
    assert finding.advice == ("5xx for non ascii header; 4xx would show that the sender is at fault",)


def test_no_response_fails() -> None:
    """Junk that blocks a receiver forever takes it down (rule 7)."""
    courier = controlled()
    courier.forge("empty_header", status=None, problem="no response within the limit")
    courier.forge("unsigned", status=None, problem="no response within the limit")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "2 forged messages got no response")
    assert finding.cases[0].events == ("forged:empty_header",)


def test_a_closed_connection_is_a_refusal() -> None:
    """Some servers close the connection on invalid requests."""
    courier = controlled()
    courier.forge("long_header", status=None, problem="connection reset")
    courier.effects(applied={"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_a_receiver_that_stops_listening_fails() -> None:
    """The finding names the forgery that was sent last before that."""
    courier = controlled()
    courier.forge("other_secret")
    courier.forge("empty_header", status=None, problem="connection reset")
    courier.forge("unsigned", status=None, problem="connection refused")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the receiver stopped listening after a forged message: empty header"


def test_a_response_with_the_right_signature_fails() -> None:
    """An attacker who gets the signature needs no secret."""
    courier = controlled()
    courier.forge("unsigned")
    courier.leak("the response to forged:unsigned", "expected signature")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert finding.observed == "the response to a forged message contains the expected signature"
    assert (finding.verdict, finding.fix) == (Verdict.FAIL, PROBE.fix)
    assert finding.evidence == ("the response to forged:unsigned: expected signature",)


def test_not_starting_without_the_secret_passes() -> None:
    """An app that does not run accepts no forgery."""
    courier = controlled()
    courier.start("refusal")
    courier.effects(applied={"e0": 1})

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "the app does not start without its webhook secret"


def test_a_receiver_that_crashes_did_not_accept_the_forgery() -> None:
    """The missing response is a separate case, and the forgeries are inconclusive."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.forge("unsigned", status=None, problem="the connection was reset")
    courier.forge("letters_1", status=None, problem="connection refused")
    courier.effects(applied={"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert {case.name: case.verdict for case in finding.cases} == {
        "responds_to_junk": Verdict.FAIL,
        "unsigned": Verdict.INCONCLUSIVE,
        "letters_1": Verdict.INCONCLUSIVE,
    }
    observed = "the receiver stopped listening after a forged message: unsigned"
    assert (finding.cases[0].observed, finding.cases[0].events) == (observed, ("forged:unsigned",))
    assert finding.evidence == ("unsigned: no response",)


def test_a_genuine_message_of_another_kind_is_no_control() -> None:
    """A forged revocation that changes the state as a genuine update does had no effect of a revocation."""
    courier = receiver_journal()
    record_states(courier, {"consent": "active"}, {"consent": "updated"}, participant="control")
    courier.deliver("control.e2")
    courier.next_step()
    record_states(courier, {"consent": "active"}, {"consent": "updated"})
    courier.forge("unsigned")

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("control", "otherwise"), [({"e0": 1}, Verdict.PASS), ({}, Verdict.INCONCLUSIVE)])
def test_each_forgery_is_a_case(control: dict[str, int], otherwise: Verdict) -> None:
    """The applied one fails; the others pass only if a genuine message had a visible effect."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.forge("unsigned", status=401)
    courier.forge("empty_key", status=204)
    courier.effects(applied={**control, "forged-id-empty_key": 1})

    finding = examined(courier)

    assert [(case.name, case.verdict, case.observed, case.events) for case in finding.cases[1:]] == [
        ("unsigned", otherwise, "unsigned: 401", ("forged:unsigned",)),
        ("empty_key", Verdict.FAIL, "empty key: 204", ("forged:empty_key",)),
    ]


def test_of_forgeries_that_changed_a_state_the_acknowledged_ones_fail() -> None:
    """If none was acknowledged, all of them fail."""
    courier = with_states({"consent": "revoked", "refused": 1})
    courier.forge("empty_key", status=204)

    finding = examined(courier)

    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == ["empty_key"]
    assert [case.verdict for case in examined(with_states({"consent": "revoked", "refused": 1})).cases[1:]] == [Verdict.FAIL]


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        (401, Verdict.INCONCLUSIVE, "all 2 forged messages were refused (401), and genuine ones got 204"),
        (200, Verdict.INCONCLUSIVE, "2xx for unsigned"),
        (204, Verdict.FAIL, "2 of 2 forged messages got the response of genuine ones: 204"),
    ],
)
def test_without_effects_the_responses_are_judged(status: int, verdict: Verdict, words: str) -> None:
    """Refusals are evidence, but no proof; the response of genuine messages is a failure, as with effects."""
    courier = controlled(status=204)
    courier.forge("unsigned", status=status)
    courier.forge("other_secret", status=status)

    finding = examined(courier)

    assert finding.verdict is verdict
    assert [case.verdict for case in finding.cases if case.name == ALIKE] == [verdict] * (verdict is Verdict.FAIL)
    assert words in finding.observed
    assert finding.hook == ("app.observe.effects" if verdict is Verdict.INCONCLUSIVE else "")


def test_without_effects_only_refused_forgeries_are_counted_as_refused() -> None:
    """A web server may respond 200 to any GET."""
    courier = controlled(status=204)
    courier.forge("unsigned", status=401)
    courier.forge("get_unsigned", status=200)

    assert examined(courier).observed.startswith("1 of 2 forged messages were refused (401), ")


def test_without_effects_a_receiver_that_refuses_other_forgeries_is_not_said_to_acknowledge_failures() -> None:
    """It verifies, and seems to accept some forgeries: that is another bug."""
    courier = controlled(status=204)
    courier.forge("respaced", status=204)
    courier.forge("other_secret", status=401)

    finding = examined(courier)

    cases = {case.name: case.verdict for case in finding.cases}
    assert finding.verdict is Verdict.FAIL
    assert (cases["respaced"], cases[ALIKE]) == (Verdict.FAIL, Verdict.INCONCLUSIVE)


def test_without_effects_refusals_by_a_receiver_that_refuses_everything_prove_nothing() -> None:
    """A wrong secret refuses forgeries as well."""
    courier = controlled(status=401)
    courier.forge("unsigned", status=401)

    assert examined(courier).observed == "no genuine message was acknowledged, so refusals of forged ones prove nothing"


@pytest.mark.parametrize(
    ("accepted", "remedy"),
    [
        (("unsigned",), "treat a missing or empty signature as a wrong one"),
        (("empty_key",), "refuse to start, or return 503, without a secret, and never fall back to another key"),
        (("unsigned", "empty_key", "other_secret"), "verify the signature of every message, and refuse to start"),
        (("other_secret",), "first compare the header with base64(HMAC-SHA256("),
        (("respaced", "trailing_newline"), "compute the HMAC over the bytes that arrived (request.get_data(), "),
    ],
)
@pytest.mark.parametrize("has_effect", [True, False])
def test_the_remedy_fits_what_was_accepted(accepted: tuple[str, ...], remedy: str, has_effect: bool) -> None:
    """A missing secret is no wrong comparison; JSON that was serialised again is another mistake. Responses show it too."""
    courier = receiver_journal()
    courier.deliver("e0")
    names = ("unsigned", "empty_key", "other_secret", *(name for name in accepted if name in OTHER_BYTES))
    for name in names:
        courier.forge(name, status=204 if name in accepted else 401)
    courier.effects(applied={"e0": 1, **{f"forged-id-{name}": 1 for name in accepted if has_effect}})

    assert examined(courier).fix.startswith(remedy)


@pytest.mark.parametrize(
    ("accepted", "remedy"),
    [
        (("unsigned", "put_unsigned", "get_unsigned"), "treat a missing or empty signature as a wrong one"),
        (tuple(NO_SIGNATURE), "treat a missing or empty signature as a wrong one"),
        (tuple(OTHER_BYTES), "compute the HMAC over the bytes that arrived (request.get_data(), "),
        (("empty_key", "key_secret"), "refuse to start, or return 503, without a secret, and never fall back"),
        (("unsigned", "respaced"), "first compare the header with base64(HMAC-SHA256("),
        (("unsigned", "random_signature"), "verify the signature of every message, and refuse to start"),
        (("truncated_1",), "first compare the header with base64(HMAC-SHA256("),
    ],
)
def test_the_remedy_fits_if_only_such_forgeries_were_sent(accepted: tuple[str, ...], remedy: str) -> None:
    """The shortest failing plan sends one forgery, and a receiver that accepts it may check all others."""
    courier = JournalBuilder()
    courier.deliver("e0")
    for name in accepted:
        courier.forge(name, status=204)
    courier.effects(applied={"e0": 1, **{f"forged-id-{name}": 1 for name in accepted}})

    assert examined(courier).fix.startswith(remedy)


def test_without_effects_a_refusal_passes_as_a_case_and_not_as_a_finding() -> None:
    """A server error is no refusal: it may come after the work."""
    courier = JournalBuilder()
    courier.deliver("e0")
    courier.forge("unsigned", status=401)
    courier.forge("truncated_1", status=500)

    finding = examined(courier)

    verdicts = {case.name: case.verdict for case in finding.cases}
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert (verdicts["unsigned"], verdicts["truncated_1"]) == (Verdict.PASS, Verdict.INCONCLUSIVE)


def test_a_receiver_that_was_stopped_before_is_not_said_to_stop_on_a_forgery() -> None:
    """An earlier scenario stopped it, and the harness cannot start it again."""
    courier = JournalBuilder()
    for event in ("e0", "e1"):
        courier.deliver(event, status=None, problem="connection refused")
    courier.forge("unsigned", status=None, problem="connection refused")

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "nothing listens at the receiver's address: the app has exited or was never started"


@pytest.mark.parametrize(
    ("reported", "is_fail"),
    [({"is_idle": False}, False), ({"is_idle": False, "had_full_time": True}, True), ({"is_idle": True}, True)],
)
def test_a_state_that_changes_while_the_app_is_at_work_proves_nothing(reported: dict[str, bool], is_fail: bool) -> None:
    """The app may still work on a genuine message when the forgeries arrive; an app that is stuck changes nothing."""
    courier = controlled()
    courier.deliver("control.e3")
    record_states(courier, {"consent": "active"}, {"consent": "revoked"}, participant="control")
    courier.next_step()
    courier.effects(state={"consent": "active"}, moment="before", **reported)
    courier.forge("unsigned")
    courier.effects(state={"consent": "revoked"}, moment="after")

    assert (examined(courier).verdict is Verdict.FAIL) is is_fail
