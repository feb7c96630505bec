"""Does the app treat an end user as not connected until a consent exists?"""

from fiskil_harness.core.config.hooks import CONNECTED
from fiskil_harness.journal import Effects, Entry, EventCreated, Journal, Journey
from fiskil_harness.journal.queries.api_calls import calls, dataset_read
from fiskil_harness.probes.probe import Finding, Probe


class StaysUnconnected(Probe, frozen=True, kw_only=True, tag="stays_unconnected"):
    """Check that after an unsuccessful journey the app does not treat the end user as connected.

    The app must report some end user as connected after a consent; otherwise the result is INCONCLUSIVE, because the state
    may not show connections at all. Reads before any consent only give advice, because an app may look up the result of a
    journey at the API.
    """

    around = (
        "attempt_journey",
        "cancel",
        "return_without_consent",
        "return_again",
        "return_as_other_end_user",
        "deny",
        "close_tab",
        "mistype_code",
        "repeat_sdk_message",
        "foreign_sdk_message",
        "unknown_sdk_message",
    )
    observes = (CONNECTED,)
    expected = "not connected until a consent exists"
    source = "consents.received"
    fix = "mark an end user as connected when consent.received arrives, not when a journey begins or ends"

    def examine(self, journal: Journal) -> Finding:
        """Check the states between an unsuccessful journey and the next consent."""
        if all(journey.is_approved for journey in journal.all(Journey)):
            return self.inconclusive("the scenario has no unsuccessful journey")
        states = [effects for effects in journal.all(Effects) if effects.is_connected is not None]
        if not states:
            return self.inconclusive("the app does not report whether an end user is connected", hook=CONNECTED)
        after = _after_failures(journal)
        for journey, effects in after:
            if effects.is_connected:
                observed = f"the app treats the end user as connected after {journey.ending}"
                return self.fails(observed, evidence=(f"attempt {journey.attempt}: {journey.ending}",))
        if not any(effects.is_connected for effects in states):
            return self.inconclusive("the app never reported any end user as connected", hook=CONNECTED)
        if not after:
            return self.inconclusive("the app's state was not read after the unsuccessful journey")
        return self.passes(
            "every end user without a consent stays unconnected", examined=len(after), advice=_early_reads(journal)
        )


def _after_failures(journal: Journal) -> list[tuple[Journey, Effects]]:
    """Return the snapshots of end users without a consent, each with the end user's latest unsuccessful journey."""
    latest: dict[str, Journey] = {}
    consented: set[str] = set()
    after: list[tuple[Journey, Effects]] = []
    for entry in journal:
        _follow(entry, latest, consented)
        if isinstance(entry, Effects) and entry.participant in latest and entry.participant not in consented:
            after.append((latest[entry.participant], entry))
    return after


def _follow(entry: Entry, latest: dict[str, Journey], consented: set[str]) -> None:
    if isinstance(entry, Journey):
        if entry.is_approved:
            consented.add(entry.participant)
        else:
            latest[entry.participant] = entry
    elif isinstance(entry, EventCreated) and entry.kind == "consent.received":
        consented.add(entry.participant)


def _early_reads(journal: Journal) -> tuple[str, ...]:
    approved = [journey.at_s for journey in journal.all(Journey) if journey.is_approved]
    until_s = min(approved, default=float("inf"))
    routes = {call.route for call in calls(journal) if dataset_read(call) and call.at_s < until_s}
    return tuple(f"{route} was read although no end user had consented" for route in sorted(routes))
