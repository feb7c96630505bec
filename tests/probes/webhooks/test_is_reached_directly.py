"""is_reached_directly: the receiver itself responds, with no login or CSRF check in front of it."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, IsReachedDirectly, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = IsReachedDirectly().examine(courier.journal)
    return finding


def failed_cases(finding: Finding) -> list[str]:
    """Return the names of the cases that failed."""
    return [case.name for case in finding.cases if case.verdict is Verdict.FAIL]


@pytest.fixture
def courier() -> JournalBuilder:
    """A receiver without any delivery yet."""
    return receiver_journal()


def test_a_response_of_the_receiver_passes(courier: JournalBuilder) -> None:
    """Every case passes."""
    courier.deliver("e0")
    courier.deliver("e1", status=503)
    courier.deliver("e1", attempt=2)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "2 genuine deliveries were acknowledged by the receiver"
    assert {case.name: case.verdict for case in finding.cases} == dict.fromkeys(["redirect", "login", "csrf"], Verdict.PASS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_fails(courier: JournalBuilder, status: int) -> None:
    """Senders of webhooks do not follow redirects."""
    courier.deliver("e0", status=status, response_headers=(("location", "/webhooks/fiskil/"),))

    finding = examined(courier)

    assert (finding.verdict, failed_cases(finding)) == (Verdict.FAIL, ["redirect"])
    assert finding.evidence == (f"e0 attempt 1: {status}",)


@pytest.mark.parametrize("location", ["/login?next=/x", "https://sso.example.com/", "/users/sign_in"])
def test_a_redirect_to_a_login_is_a_separate_case(courier: JournalBuilder, location: str) -> None:
    """The fix is in the login middleware."""
    courier.deliver("e0", status=302, response_headers=(("location", location),))

    assert failed_cases(examined(courier)) == ["login"]


@pytest.mark.parametrize("page", [b"<h1>CSRF verification failed</h1>", b"InvalidAuthenticityToken", b"419 | Page Expired"])
def test_a_csrf_error_fails(courier: JournalBuilder, page: bytes) -> None:
    """The texts are those of common frameworks."""
    courier.deliver("e0", status=403, response_body=page)

    assert failed_cases(examined(courier)) == ["csrf"]


def test_a_message_accepted_only_from_a_browser_fails(courier: JournalBuilder) -> None:
    """The same message was accepted with a cookie."""
    courier.deliver("e0", status=403)
    courier.deliver("e0", attempt=2, name="as a browser")

    finding = examined(courier)

    assert failed_cases(finding) == ["csrf"]
    assert finding.evidence == ("e0 attempt 1: 403",)


def test_another_refusal_is_inconclusive(courier: JournalBuilder) -> None:
    """A wrong key or an allow list is not covered by this probe."""
    courier.deliver("e0", status=403)
    courier.deliver("e0", attempt=2, name="as a browser", status=403)

    finding = examined(courier)

    assert (finding.verdict, failed_cases(finding)) == (Verdict.INCONCLUSIVE, [])


def test_without_a_delivery_the_result_is_inconclusive(courier: JournalBuilder) -> None:
    """Without a delivery there is no response."""
    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("status", [299, 400])
def test_other_statuses_are_no_redirect(courier: JournalBuilder, status: int) -> None:
    """A location in another response redirects no sender."""
    courier.deliver("e0", status=status, response_headers=(("location", "/login"),))
    courier.deliver("e1")

    finding = examined(courier)

    assert (finding.verdict, failed_cases(finding)) == (Verdict.PASS, [])


@pytest.mark.parametrize(("status", "failed"), [(400, ["csrf"]), (419, ["csrf"]), (422, ["csrf"]), (401, []), (500, [])])
def test_only_the_statuses_of_a_csrf_check_count(courier: JournalBuilder, status: int, failed: list[str]) -> None:
    """A page about another error may contain the word too."""
    courier.deliver("e0", status=status, response_body=b"CSRF")
    courier.deliver("e1")

    assert failed_cases(examined(courier)) == failed


def test_each_cause_is_a_case_with_its_first_events(courier: JournalBuilder) -> None:
    """The finding names every cause; a case without a refusal passes if some message was acknowledged."""
    for number in range(4):
        courier.event(f"e{number}", "consent.updated")
        courier.deliver(f"e{number}", status=302, response_headers=(("location", "/other"),))
    courier.event("e4", "consent.updated")
    courier.deliver("e4", status=403, response_body=b"CSRF")
    courier.event("e5", "consent.updated")
    courier.deliver("e5")

    finding = examined(courier)

    assert finding.observed == "genuine deliveries did not reach the receiver: redirect, csrf"
    assert [(case.name, case.verdict, case.observed, case.events) for case in finding.cases] == [
        ("redirect", Verdict.FAIL, "e0 attempt 1: 302", ("e0", "e1", "e2")),
        ("login", Verdict.PASS, "login", ()),
        ("csrf", Verdict.FAIL, "e4 attempt 1: 403", ("e4",)),
    ]
