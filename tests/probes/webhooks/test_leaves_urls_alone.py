"""leaves_urls_alone: bait that was taken convicts, and bait that never arrived clears nobody."""

from fiskil_harness.journal import CanaryPlanted, CanaryRequested
from fiskil_harness.probes import LeavesUrlsAlone, Verdict
from tests.probes.courier import Courier

PROBE = LeavesUrlsAlone()


def lay(courier: Courier, *, status: int = 204) -> None:
    """A signed message with two URLs and a forged one with a third went out."""
    for place, kind in (("data.links.next", "genuine"), ("Link", "genuine"), ("signature jku", "forged")):
        courier.journal.write(CanaryPlanted(place=place, kind=kind))
    courier.deliver("e0", name="urls", status=status)
    courier.forge("urls_of_keys")


def take(courier: Courier, place: str, kind: str) -> None:
    """Somebody called one of them."""
    courier.journal.write(CanaryRequested(place=place, kind=kind))


def test_urls_that_nobody_called() -> None:
    """Each place is a case."""
    courier = Courier()
    lay(courier)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 3)
    assert [case.name for case in finding.cases] == ["genuine_data_links_next", "genuine_link", "forged_signature_jku"]


def test_a_url_that_was_called() -> None:
    """However often it was, and whoever signed the message."""
    courier = Courier()
    lay(courier)
    take(courier, "signature jku", "forged")
    take(courier, "signature jku", "forged")

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 3 URLs in messages were called: the URL in signature jku of a forged message"
    assert finding.evidence == ("called the URL in signature jku of a forged message",)
    assert [case.name for case in finding.cases if case.verdict is Verdict.FAIL] == ["forged_signature_jku"]


def test_bait_that_was_refused_proves_nothing() -> None:
    """A receiver that refused the signed message may never have read it; a call convicts all the same."""
    courier = Courier()
    lay(courier, status=400)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE

    take(courier, "Link", "genuine")
    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL
