"""is_reached_directly: the receiver itself answers, and nothing in front that is made for people."""

import pytest

from fiskil_harness.probes import Finding, IsReachedDirectly, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = IsReachedDirectly().examine(courier.journal)
    return finding


def failed(finding: Finding) -> list[str]:
    return [case.name for case in finding.cases if case.verdict is Verdict.FAIL]


@pytest.fixture
def courier() -> Courier:
    """A receiver that has got nothing yet."""
    return Courier()


def test_an_answer_of_its_own_passes(courier: Courier) -> None:
    """Every case is looked at."""
    courier.deliver("e0")

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert {case.name: case.verdict for case in finding.cases} == dict.fromkeys(["redirect", "login", "csrf"], Verdict.PASS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_fails(courier: Courier, status: int) -> None:
    """Whoever sends webhooks follows none."""
    courier.deliver("e0", status=status, response_headers=(("location", "/webhooks/fiskil/"),))

    finding = examined(courier)

    assert (finding.verdict, failed(finding)) == (Verdict.FAIL, ["redirect"])
    assert finding.evidence == (f"e0 attempt 1: {status}",)


@pytest.mark.parametrize("place", ["/login?next=/x", "https://sso.example.com/", "/users/sign_in"])
def test_a_way_to_a_login_is_told_apart(courier: Courier, place: str) -> None:
    """It is middleware that has to be told."""
    courier.deliver("e0", status=302, response_headers=(("location", place),))

    assert failed(examined(courier)) == ["login"]


@pytest.mark.parametrize("page", [b"<h1>CSRF verification failed</h1>", b"InvalidAuthenticityToken", b"419 | Page Expired"])
def test_a_complaint_about_a_forged_form_fails(courier: Courier, page: bytes) -> None:
    """In the words of the frameworks that make it."""
    courier.deliver("e0", status=403, response_body=page)

    assert failed(examined(courier)) == ["csrf"]


def test_being_taken_as_a_browser_convicts_the_refusal(courier: Courier) -> None:
    """The same message was good enough with a cookie."""
    courier.deliver("e0", status=403)
    courier.deliver("e0", attempt=2, name="as a browser")

    finding = examined(courier)

    assert failed(finding) == ["csrf"]
    assert finding.evidence == ("e0 attempt 1: 403",)


def test_another_refusal_accuses_nobody_in_front(courier: Courier) -> None:
    """A wrong key, or a list of addresses, is not what this is about."""
    courier.deliver("e0", status=403)
    courier.deliver("e0", attempt=2, name="as a browser", status=403)

    finding = examined(courier)

    assert (finding.verdict, failed(finding)) == (Verdict.INCONCLUSIVE, [])


def test_nothing_delivered_proves_nothing(courier: Courier) -> None:
    """No delivery, no answer."""
    assert examined(courier).verdict is Verdict.INCONCLUSIVE
