"""Does the app accept webhooks over HTTPS only?"""

from urllib.parse import urlsplit

from fiskil_harness.core.config.hooks import EFFECTS, TLS
from fiskil_harness.journal import Delivery, Handshake, Journal, Production, TlsServed
from fiskil_harness.journal.queries.deliveries import describe, genuine, of_kind
from fiskil_harness.journal.queries.repeated_pairs import had_effect, had_effect_when_genuine, was_applied
from fiskil_harness.probes.probe import Finding, Probe

FACT = "app.facts.production_webhook_url"
OLD = ("TLS 1.0", "TLS 1.1")


class ServesHttpsOnly(Probe, frozen=True, kw_only=True, tag="serves_https_only"):
    """Check that the webhook URL in production is https, and that messages over plain HTTP are not applied.

    Plain HTTP is tested only if the app serves TLS itself. Such an app must also present its configured certificate and
    support no TLS version older than 1.2. It may refuse, redirect or ignore messages over plain HTTP.
    """

    observes = (TLS,)
    around = ("deliver_without_tls", "retry")
    expected = "an https URL in production, and no effect of a message that comes without TLS 1.2 or newer"
    source = "practices: use HTTPS endpoints"
    fix = "give Fiskil an https URL, and accept webhooks over TLS only: refuse or redirect plain HTTP"

    def examine(self, journal: Journal) -> Finding:
        """Check the URL in the config, then the app's own TLS server."""
        stated = [production.webhook_url for production in journal.all(Production) if production.webhook_url]
        scheme = _scheme(stated[-1]) if stated else ""
        if stated and scheme != "https":
            return self.fails(f"{FACT} is not an https URL: it begins with {scheme or 'something else'!r}")
        failure = self._failure(journal)
        if failure is not None:
            return failure
        if not stated:
            return self.inconclusive(f"the config does not state {FACT}", hook=FACT)
        reason = _why_inconclusive(journal)
        if reason:
            observed, hook = reason
            return self.inconclusive(f"{FACT} is https; {observed}", hook=hook)
        untested = [handshake.version for handshake in journal.all(Handshake) if handshake.is_supported is None]
        advice: tuple[str, ...] = (
            (f"this machine does not support {' or '.join(untested)}, so it was not tested",) if untested else ()
        )
        plain_deliveries = of_kind(journal, "plain")
        acknowledged = sum(1 for delivery in plain_deliveries if delivery.is_acknowledged)
        advice += (f"{acknowledged} messages over plain HTTP got 2xx, although without an effect",) if acknowledged else ()
        return self.passes(
            f"{FACT} is https, and the app accepts webhooks over TLS only",
            examined=1 + len(plain_deliveries),
            advice=advice,
            stated=f"the webhook URL in production is https ({FACT})",
        )

    def _failure(self, journal: Journal) -> Finding | None:
        handshakes = journal.all(Handshake)
        old = [handshake.version for handshake in handshakes if handshake.version in OLD and handshake.is_supported]
        if old:
            return self.fails(
                f"the app supports {' and '.join(old)}", evidence=tuple(f"handshake in {version}" for version in old)
            )
        if any(handshake.is_our_certificate is False for handshake in handshakes):
            return self.fails("the app presents a certificate other than the configured one")
        applied = [
            delivery
            for delivery in _unapplied_plain(journal)
            if had_effect(journal, delivery, genuine=_repeated_over_tls(journal, delivery))
        ]
        if applied:
            evidence = tuple(f"{describe(delivery)}, without TLS" for delivery in applied)
            return self.fails("a message that came over plain HTTP was applied", evidence=evidence)
        return None


def _why_inconclusive(journal: Journal) -> tuple[str, str] | None:
    """Return the reason why the experiment is inconclusive and the hook that would help, or None if it is conclusive."""
    served = journal.all(TlsServed)
    if not served:
        return "the experiment was not run, because the config has no [app.tls] that states how the app serves TLS", TLS
    if not served[-1].is_up:
        return "the app did not start with the settings in [app.tls]", TLS
    if not any(handshake.is_supported for handshake in journal.all(Handshake)):
        return "no TLS server listens at the address in [app.tls]", TLS
    plain_deliveries = _unapplied_plain(journal)
    repeated = [_repeated_over_tls(journal, delivery) for delivery in plain_deliveries]
    untrusted = [delivery.problem for delivery in repeated if delivery is not None and delivery.problem]
    if untrusted:
        return f"a genuine message could not be delivered over TLS: {untrusted[0]}", TLS
    if not plain_deliveries or not all(had_effect_when_genuine(journal, delivery) for delivery in repeated):
        return "the same message over TLS had no visible effect either", EFFECTS
    return None


def _unapplied_plain(journal: Journal) -> list[Delivery]:
    return [delivery for delivery in of_kind(journal, "plain") if not was_applied(journal, delivery)]


def _repeated_over_tls(journal: Journal, plain: Delivery) -> Delivery | None:
    """Return the first later delivery of the same message over TLS, or None."""
    later = (
        delivery for delivery in genuine(journal) if delivery.message_id == plain.message_id and delivery.at_s > plain.at_s
    )
    return next(later, None)


def _scheme(url: str) -> str:
    try:
        return urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""
