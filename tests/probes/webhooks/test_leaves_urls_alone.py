"""leaves_urls_alone: a requested canary URL fails, and a canary URL that was refused proves nothing."""

from fiskil_harness.journal import CanaryPlanted, CanaryRequested
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import LeavesUrlsAlone, Verdict
from tests.probes.receivers import receiver_journal

PROBE = LeavesUrlsAlone()


def plant(courier: JournalBuilder, *, status: int = 204) -> None:
    """Deliver a signed message with two canary URLs and a forged one with a third."""
    for place, kind in (("data.links.next", "genuine"), ("Link", "genuine"), ("signature jku", "forged")):
        courier.journal.write(CanaryPlanted(place=place, kind=kind))
    courier.deliver("e0", name="urls", status=status)
    courier.forge("urls_of_keys")


def request(courier: JournalBuilder, place: str, kind: str) -> None:
    """Record a request to one of them."""
    courier.journal.write(CanaryRequested(place=place, kind=kind))


def test_canary_urls_that_are_not_requested_pass() -> None:
    """Each place is a case."""
    courier = receiver_journal()
    plant(courier)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 3)
    assert [case.name for case in finding.cases] == ["genuine_data_links_next", "genuine_link", "forged_signature_jku"]


def test_a_requested_canary_url_fails() -> None:
    """The number of requests and the signature of the message do not matter."""
    courier = receiver_journal()
    plant(courier)
    request(courier, "signature jku", "forged")
    request(courier, "signature jku", "forged")

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 3 URLs in messages were requested: the URL in signature jku of a forged message"
    assert finding.evidence == ("requested the URL in signature jku of a forged message",)
    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == ["forged_signature_jku"]


def test_a_refused_message_is_inconclusive_without_a_request() -> None:
    """A receiver that refused the message may not have read it; a request still fails."""
    courier = receiver_journal()
    plant(courier, status=400)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE

    request(courier, "Link", "genuine")
    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL
