"""Do webhooks reach the app over HTTPS alone?"""

from typing import ClassVar
from urllib.parse import urlsplit

from fiskil_harness.core.config.hooks import EFFECTS, TLS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Handshake, Journal, Production, TlsServed
from fiskil_harness.journal.queries.deliveries import genuine, line, of_kind
from fiskil_harness.journal.queries.repeated_pairs import had_effect, was_applied, works
from fiskil_harness.probes.probe import PlainProbe

FACT = "app.facts.production_webhook_url"
OLD = ("TLS 1.0", "TLS 1.1")


class ServesHttpsOnly(PlainProbe, frozen=True, kw_only=True, tag="serves_https_only"):
    """Production's webhook URL is https; where the app serves TLS by itself, it does so well, and plain HTTP has no effect.

    Well means: with the certificate that it was given, and in no version that is known to be broken. Plain HTTP may be
    refused, redirected or not understood; what counts is that it moves nothing.
    """

    around: ClassVar[tuple[str, ...]] = ("deliver_without_tls", "retry")
    expected: ClassVar[str] = "an https URL in production, and no effect of a message that comes without TLS 1.2 or newer"
    source: ClassVar[str] = "practices: use HTTPS endpoints"
    fix: ClassVar[str] = "give Fiskil an https URL, and take webhooks from TLS alone: refuse or redirect plain HTTP"

    def examine(self, journal: Journal) -> Finding:
        """Look at what the team says, then at what was seen of the app itself."""
        stated = [production.webhook_url for production in journal.all(Production) if production.webhook_url]
        scheme = _scheme(stated[-1]) if stated else ""
        if stated and scheme != "https":
            return self.fails(f"{FACT} is no https URL: it begins with {scheme or 'something else'!r}")
        guilty = self._guilty(journal)
        if guilty is not None:
            return guilty
        if not stated:
            return self.inconclusive(f"the config does not state {FACT}", hook=FACT)
        doubt = _doubt(journal)
        if doubt:
            seen, hook = doubt
            return self.inconclusive(f"{FACT} is https; {seen}", hook=hook)
        untried = [handshake.version for handshake in journal.all(Handshake) if handshake.is_spoken is None]
        advice: tuple[str, ...] = (
            (f"this machine cannot speak {' or '.join(untried)}, so that was not tried",) if untried else ()
        )
        tried = of_kind(journal, "plain")
        taken = sum(1 for delivery in tried if delivery.outcome == "ack")
        advice += (f"{taken} messages in plain HTTP got 2xx, though without effect",) if taken else ()
        return self.passes(
            f"{FACT} is https, and the app takes webhooks over TLS alone", examined=1 + len(tried), advice=advice
        )

    def _guilty(self, journal: Journal) -> Finding | None:
        shaken = journal.all(Handshake)
        old = [handshake.version for handshake in shaken if handshake.version in OLD and handshake.is_spoken]
        if old:
            return self.fails(f"the app speaks {' and '.join(old)}", evidence=tuple(f"handshake in {text}" for text in old))
        if any(handshake.is_our_certificate is False for handshake in shaken):
            return self.fails("the app shows another certificate than the one that it was given")
        believed = [
            delivery for delivery in _tried(journal) if had_effect(journal, delivery, honest=_honest(journal, delivery))
        ]
        if believed:
            evidence = tuple(f"{line(delivery)}, without TLS" for delivery in believed)
            return self.fails("a message that came in plain HTTP was applied", evidence=evidence, examined=len(believed))
        return None


def _doubt(journal: Journal) -> tuple[str, str] | None:
    """What keeps the experiment from telling, and the hook that would help."""
    served = journal.all(TlsServed)
    if not served:
        return "the experiment was not run, because no [app.tls] says how the app itself serves TLS", TLS
    if not served[-1].is_up:
        return "the app did not start as [app.tls] says", TLS
    if not any(handshake.is_spoken for handshake in journal.all(Handshake)):
        return "nobody speaks TLS where [app.tls] says", TLS
    tried = _tried(journal)
    honest = [_honest(journal, delivery) for delivery in tried]
    untrusted = [delivery.trouble for delivery in honest if delivery is not None and delivery.trouble]
    if untrusted:
        return f"a genuine message could not be handed over there: {untrusted[0]}", TLS
    if not tried or not all(works(journal, delivery) for delivery in honest):
        return "the same message over TLS had no visible effect either", EFFECTS
    return None


def _tried(journal: Journal) -> list[Delivery]:
    return [delivery for delivery in of_kind(journal, "plain") if not was_applied(journal, delivery)]


def _honest(journal: Journal, plain: Delivery) -> Delivery | None:
    """The first delivery of the same message over TLS."""
    later = (
        delivery for delivery in genuine(journal) if delivery.message_id == plain.message_id and delivery.at_s > plain.at_s
    )
    return next(later, None)


def _scheme(url: str) -> str:
    try:
        return urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""
