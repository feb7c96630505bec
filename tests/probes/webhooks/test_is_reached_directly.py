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

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
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
