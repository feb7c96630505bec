"""Does the app reject bad certificates, and never continue without TLS?"""

from fiskil_harness.core.config.hooks import COMMAND, REFRESH
from fiskil_harness.journal import CA_FILE_IN_ENV, ApiServedOverTls, Bite, FaultSet, Journal, Unencrypted
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

WENT_ON = "the client went on"
"""``Bite.observed`` for a client that sent HTTP over a connection with a bad certificate."""

PLAIN = "the app sent plain HTTP to the port of the https URL after it had rejected a certificate"

BAD = {
    "ExpiredCertificate()": ("expired_certificate", "a certificate that expired yesterday"),
    "FutureCertificate()": ("future_certificate", "a certificate that is not valid before tomorrow"),
    "WrongHost()": ("wrong_host", "a certificate of another host"),
    "SelfSigned()": ("self_signed", "a self-signed certificate"),
    "UnknownAuthority()": ("unknown_authority", "a certificate of an unknown authority"),
    "MissingIntermediate()": ("missing_intermediate", "a certificate without its intermediate certificate"),
}
"""For each fault, as ``Bite.fault`` contains it: the name of its case, and a description of the certificate."""


class RefusesBadCertificates(Probe, frozen=True, kw_only=True, tag="refuses_bad_certificates"):
    """Check that the app sends nothing over a connection with a bad certificate, and no plain HTTP after rejecting one.

    Each kind of certificate is a case. A client that completes the handshake and then closes the connection has rejected the
    certificate too, because some clients check it only then. Calls to the API's earlier http URL are no FAIL: they may come
    from a process that survived the restart.
    """

    is_general = True
    needs = (COMMAND, REFRESH)
    expected = "no request without a verified certificate, and none in plain HTTP"
    source = "transport.https"
    fix = "keep the certificate checks of your HTTP client enabled, and let a failed handshake fail the call"

    def examine(self, journal: Journal) -> Finding:
        """Check the outcome of each connection with a bad certificate, and look for plain HTTP afterwards."""
        controls = journal.all(ApiServedOverTls)
        if not any(control.is_reached for control in controls):
            return self.inconclusive("the app has not called an https URL with a good certificate", hook=CA_FILE_IN_ENV)
        faults = list(dict.fromkeys(fault_set.fault for fault_set in journal.all(FaultSet) if fault_set.fault in BAD))
        bites = [bite for bite in journal.all(Bite) if bite.fault in BAD]
        cases = tuple(_case(fault, [bite.observed for bite in bites if bite.fault == fault]) for fault in faults)
        trusted = [
            BAD[fault][1] for fault in faults if any(bite.fault == fault and bite.observed == WENT_ON for bite in bites)
        ]
        if trusted:
            observed = f"the app called the API despite {trusted[0]}"
            lines = tuple(f"called despite {certificate}" for certificate in trusted)
            return self.fails(observed, evidence=lines, cases=cases)
        plain = [
            unencrypted for unencrypted in journal.all(Unencrypted) if any(bite.at_s <= unencrypted.at_s for bite in bites)
        ]
        if not all(unencrypted.is_former for unencrypted in plain):
            return self.fails(PLAIN, evidence=("plain HTTP at the https port",), cases=cases)
        if plain:
            return self.inconclusive("a process still calls the earlier http URL of the API", cases=cases)
        unused = [BAD[fault][1] for fault in faults if not any(bite.fault == fault for bite in bites)]
        if unused:
            return self.inconclusive(f"no connection of the app received {unused[0]}", cases=cases)
        return self.passes(f"the app rejected {len(faults)} kinds of bad certificates", examined=len(faults), cases=cases)


def _case(fault: str, outcomes: list[str]) -> Case:
    name, certificate = BAD[fault]
    if not outcomes:
        return Case(name=name, verdict=Verdict.INCONCLUSIVE, observed=f"{certificate}: not received")
    if WENT_ON in outcomes:
        return Case(name=name, verdict=Verdict.FAIL, observed=f"{certificate}: trusted")
    return Case(name=name, verdict=Verdict.PASS, observed=f"{certificate}: rejected")
