"""Does the app trust no certificate that nobody may trust, and never go on without TLS?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import COMMAND, REFRESH
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import CA_FILE_IN_ENV, Bite, FaultSet, Journal, Secured, Unencrypted
from fiskil_harness.probes.probe import PlainProbe

WENT_ON = "the client went on"
"""What the link saw of a client that spoke HTTP over a connection whose certificate it should have refused."""

PLAIN = "the app spoke plain HTTP to the port of the https address after it had refused a certificate"

BAD = {
    "ExpiredCertificate()": ("expired_certificate", "a certificate that expired yesterday"),
    "FutureCertificate()": ("future_certificate", "a certificate that is valid from tomorrow on"),
    "WrongHost()": ("wrong_host", "a certificate of another host"),
    "SelfSigned()": ("self_signed", "a self-signed certificate"),
    "UnknownAuthority()": ("unknown_authority", "a certificate of an unknown authority"),
    "MissingIntermediate()": ("missing_intermediate", "a certificate whose chain has a gap"),
}
"""What the journal calls each fault, the name of its case, and what it is about in words."""


class RefusesBadCertificates(PlainProbe, frozen=True, kw_only=True, tag="refuses_bad_certificates"):
    """Over a connection with a bad certificate the app says nothing, and after it refused one it never speaks plain HTTP.

    Each kind of certificate is a case. A client that ends its handshake and leaves without a word has refused as well:
    some look at the certificate only then. Who calls the address that was told before may be a process that outlived the
    restart, and accuses nobody.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND, REFRESH)
    expected: ClassVar[str] = "no request without a certificate that was checked, and none in plain HTTP"
    source: ClassVar[str] = "transport.https"
    fix: ClassVar[str] = "leave your HTTP client's certificate checks on, and let a failed handshake fail the call"

    def examine(self, journal: Journal) -> Finding:
        """Look at what came of each connection that was shown a bad certificate, and for what was said without TLS."""
        controls = journal.all(Secured)
        if not any(control.is_reached for control in controls):
            return self.inconclusive("the app has not called an https address with a good certificate", hook=CA_FILE_IN_ENV)
        shown = list(dict.fromkeys(fault_set.fault for fault_set in journal.all(FaultSet) if fault_set.fault in BAD))
        seen = [bite for bite in journal.all(Bite) if bite.fault in BAD]
        cases = tuple(_case(fault, [bite.observed for bite in seen if bite.fault == fault]) for fault in shown)
        trusted = [
            BAD[fault][1] for fault in shown if any(bite.fault == fault and bite.observed == WENT_ON for bite in seen)
        ]
        if trusted:
            told = f"the app called the API in spite of {trusted[0]}"
            lines = tuple(f"called in spite of {text}" for text in trusted)
            return self.fails(told, evidence=lines, examined=len(shown), cases=cases)
        plain = [
            unencrypted for unencrypted in journal.all(Unencrypted) if any(bite.at_s <= unencrypted.at_s for bite in seen)
        ]
        if not all(unencrypted.is_former for unencrypted in plain):
            return self.fails(PLAIN, evidence=("plain HTTP at the https port",), examined=len(shown), cases=cases)
        if plain:
            return self.inconclusive("something still calls the plain address that was told before", cases=cases)
        unseen = [BAD[fault][1] for fault in shown if not any(bite.fault == fault for bite in seen)]
        if unseen:
            return self.inconclusive(f"the app met no connection with {unseen[0]}", cases=cases)
        return self.passes(f"the app refused {len(shown)} kinds of bad certificates", examined=len(shown), cases=cases)


def _case(fault: str, seen: list[str]) -> Case:
    name, words = BAD[fault]
    if not seen:
        return Case(name=name, verdict=Verdict.INCONCLUSIVE, observed=f"{words}: not met")
    if WENT_ON in seen:
        return Case(name=name, verdict=Verdict.FAIL, observed=f"{words}: trusted")
    return Case(name=name, verdict=Verdict.PASS, observed=f"{words}: refused")
