"""acknowledges_genuine: what Fiskil signed gets 2xx, unless something was broken on purpose."""

import pytest

from fiskil_harness.probes import AcknowledgesGenuine, Finding, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = AcknowledgesGenuine().examine(courier.journal)
    return finding


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_passes(status: int) -> None:
    """Which one does not matter."""
    courier = Courier()
    courier.deliver("e0", status=status)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422, 500, 503])
def test_a_refusal_fails_when_nothing_is_broken(status: int) -> None:
    """Redirects and server errors are refusals too."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", name="pretty", status=status)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 2 genuine messages were not acknowledged at once"
    assert finding.evidence == (f"e2 pretty attempt 1: {status}",)


def test_no_answer_fails_when_nothing_is_broken() -> None:
    """A process that died of what came before does not acknowledge what comes now (I14)."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", status=None, trouble="connection refused")

    assert examined(courier).evidence == ("e2 attempt 1: connection refused",)


def test_nothing_delivered_proves_nothing() -> None:
    """Without a genuine delivery there is no answer to judge."""
    assert examined(Courier()).verdict is Verdict.INCONCLUSIVE


def test_hanging_up_is_ours() -> None:
    """An answer that we did not wait for is no refusal, nor is that of its repetition."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", status=None, trouble="hung up before reading the answer")
    courier.deliver("e2", attempt=2, status=409)

    assert examined(courier).verdict is Verdict.PASS


def test_the_loser_of_a_race_may_be_refused() -> None:
    """In a burst the message must be taken once (rule 5)."""
    courier = Courier()
    courier.deliver("e0", group=1)
    courier.deliver("e0", group=1, status=409)

    assert examined(courier).verdict is Verdict.PASS


def test_a_burst_that_is_taken_later_passes() -> None:
    """503 under load is fine if the retry is taken."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", group=1, status=503)
    courier.deliver("e2", attempt=2)

    assert examined(courier).verdict is Verdict.PASS


def test_a_burst_that_is_never_taken_fails() -> None:
    """A refusal that is never made good is one."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", group=1, status=503)

    assert examined(courier).verdict is Verdict.FAIL


def test_refusing_a_repetition_is_advice() -> None:
    """It costs retries and cannot lose anything (rule 5)."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e0", attempt=2, status=409)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("repetitions of acknowledged messages were refused (409); 2xx would end the retries",)


def test_a_failure_that_was_ordered_is_excused_once() -> None:
    """The first refusal after the order is the app's obedience; the next is its own."""
    courier = Courier()
    courier.deliver("e0")
    courier.ordered_to_fail()
    courier.deliver("e2", status=503)
    assert examined(courier).verdict is Verdict.PASS

    courier.deliver("e2", attempt=2, status=503)
    assert examined(courier).verdict is Verdict.FAIL


def test_a_broken_api_is_an_excuse() -> None:
    """An app that works while it answers may say that it cannot now."""
    courier = Courier()
    courier.deliver("e0")
    courier.call("banking.accounts", bites=("Status(503)",), took_s=0.2)
    courier.deliver("e1", status=500, took_s=0.2)

    assert examined(courier).verdict is Verdict.PASS


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
def test_what_fiskil_would_not_send_is_not_judged(more: dict[str, object]) -> None:
    """Oddities, foreign ids, replays, strangers and other spellings may be refused."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", status=403, **more)

    assert examined(courier).verdict is Verdict.PASS


def test_a_server_error_on_an_oddity_is_advice() -> None:
    """Nothing of the kind is ever sent (rule 6)."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", kind="unusual", name="list_as_id", status=500, is_judged=False)

    assert examined(courier).advice == ("5xx on signed oddities that Fiskil never sends: list as id",)


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("raw_key_hex", "forged", "decode the secret and compare base64"),
        ("hex", "replay", "the digest is compared as hex; the header carries base64"),
    ],
)
def test_a_receiver_with_another_scheme_is_told_which(name: str, kind: str, hint: str) -> None:
    """Where everything genuine is refused, the wrong form that is taken says why."""
    courier = Courier()
    courier.deliver("e0", status=401)
    courier.deliver("e2", kind=kind, name=name, is_judged=False)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("every genuine delivery was refused (401); the receiver takes ")
    assert finding.observed.endswith(hint)


@pytest.mark.parametrize("status", [404, 405])
def test_a_path_that_nobody_serves_is_no_violation(status: int) -> None:
    """A config that names another path is told so."""
    courier = Courier()
    courier.deliver("e0", status=status)

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.webhook")


def test_acknowledged_and_ignored_fails_where_plain_messages_are_applied() -> None:
    """A receiver that answers first and verifies later drops what it cannot verify (I13)."""
    courier = Courier()
    courier.event("e4", "consent.updated")
    courier.deliver("e4")
    courier.deliver("e2", name="pretty")
    courier.effects({"e4": 1})

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e2 pretty attempt 1: 204",)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"status": 401}, "see first that the receiver has the secret"),
        ({"status": None, "trouble": "connection reset"}, "see that an HTTP server is at this address"),
        ({"status": 500}, "verify the raw bytes as they arrived"),
    ],
)
def test_a_receiver_that_takes_nothing_is_told_what_to_look_at_first(more: dict[str, object], words: str) -> None:
    """Who took the wrong secret or the wrong port is not sent to look for a subtle flaw."""
    courier = Courier()
    courier.deliver("e0", **more)
    courier.deliver("e2", **more)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.fix.startswith(words)


def test_a_receiver_that_was_dead_before_is_not_blamed_again() -> None:
    """One that an earlier scenario killed refuses no signature and no news: that scenario tells it, this one saw nothing."""
    courier = Courier()
    courier.deliver("e0", status=None, trouble="connection refused")
    courier.deliver("e2", name="pretty", status=None, trouble="connection refused")

    finding = examined(courier)

    assert (finding.verdict, finding.cases) == (Verdict.INCONCLUSIVE, ())
    assert finding.observed.startswith("nobody listens at the receiver's address")


def test_a_kind_of_event_that_is_never_applied_says_nothing_about_bytes() -> None:
    """Whoever drops every event of a kind does not drop it for the way in which it is written."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", name="pretty")
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_acknowledged_and_applied_passes() -> None:
    """Other bytes, the same effect."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", name="pretty")
    courier.effects({"e0": 1, "e2": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_events_that_the_app_does_not_use_may_be_ignored() -> None:
    """Without a fact about use, no effect is missed."""
    courier = Courier(uses=None)
    courier.deliver("e0")
    courier.deliver("e2", name="pretty")
    courier.effects({"e0": 1})

    assert examined(courier).verdict is Verdict.PASS


def test_each_way_of_writing_is_a_case() -> None:
    """So that a refused one names what the receiver chokes on."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", name="pretty")
    courier.deliver("e2", name="escaped", status=401)

    assert cases_of(courier) == {"pretty": Verdict.PASS, "escaped": Verdict.FAIL}


def test_a_wrong_form_is_a_case_where_it_is_taken_for_the_right_one() -> None:
    """Of a deaf receiver; one that takes what is genuine has no such bug."""
    deaf, fine = Courier(), Courier()
    deaf.deliver("e0", status=401)
    deaf.forge("raw_key_hex", status=204)
    deaf.forge("raw_key_base64", status=401)
    fine.deliver("e0")
    fine.forge("raw_key_hex", status=204)

    assert cases_of(deaf) == {"raw_key_hex": Verdict.FAIL, "raw_key_base64": Verdict.PASS}
    assert cases_of(fine) == {"raw_key_hex": Verdict.PASS}


@pytest.mark.parametrize(
    ("status", "verdict"), [(204, Verdict.PASS), (404, Verdict.PASS), (500, Verdict.FAIL), (None, Verdict.FAIL)]
)
def test_what_comes_after_junk_is_a_case(status: int | None, verdict: Verdict) -> None:
    """A refusal by a status of its own tells of something else; a server error or silence tells that junk broke it."""
    courier = Courier()
    courier.deliver("e0")
    courier.forge("letters_1", status=500)
    courier.deliver("e2", status=status, trouble="" if status else "connection refused")

    assert cases_of(courier)["after_junk"] is verdict


def cases_of(courier: Courier) -> dict[str, Verdict]:
    return {case.name: case.verdict for case in AcknowledgesGenuine().examine(courier.journal).cases}


def test_a_receiver_that_died_is_told_as_that() -> None:
    """From some point on nobody was there."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e1", status=None, trouble="connection reset")
    courier.deliver("e2", status=None, trouble="connection refused")

    finding = examined(courier)

    told = "2 of 3 genuine messages were not acknowledged at once: the receiver did not listen any more"
    assert (finding.verdict, finding.observed) == (Verdict.FAIL, told)


@pytest.mark.parametrize(("status", "headers"), [(503, (("Retry-After", "30"),)), (429, ())])
def test_who_asks_for_more_time_than_there_was_is_not_accused(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    """A lawful answer to more than it can take; what Fiskil sends comes again minutes later."""
    courier = Courier()
    courier.deliver("e0")
    courier.deliver("e2", status=status, response_headers=headers)

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == f"1 genuine messages were put off for longer than they were waited with ({status})"
