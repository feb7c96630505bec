"""Does an end user who did not consent stay unconnected in the app's eyes?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import CONNECTED
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Entry, EventCreated, Journal, Journey
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.probes.probe import PlainProbe

APPROVED = "APPROVED"


class StaysUnconnected(PlainProbe, frozen=True, kw_only=True, tag="stays_unconnected"):
    """After a journey that came to nothing the app does not count the end user as connected.

    The same scenario must also show that the app counts somebody as connected who did consent: a place in the state that
    never says yes proves nothing. Reading data in vain is advice, because an app may ask the API what became of the journey.
    """

    around: ClassVar[tuple[str, ...]] = (
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
    expected: ClassVar[str] = "not connected until a consent exists"
    source: ClassVar[str] = "consents.received"
    fix: ClassVar[str] = "mark an end user as connected when consent.received arrives, not when a journey begins or returns"

    def examine(self, journal: Journal) -> Finding:
        """Look at what the app told between a failed journey and the next consent."""
        if not any(journey.ending != APPROVED for journey in journal.all(Journey)):
            return self.inconclusive("no journey came to nothing")
        told = [effects for effects in journal.all(Effects) if effects.is_connected is not None]
        if not told:
            return self.inconclusive("the app does not tell whether an end user is connected", hook=CONNECTED)
        after = _after_failures(journal)
        for journey, effects in after:
            if effects.is_connected:
                seen = f"the app counts the end user as connected after {journey.ending}"
                return self.fails(seen, evidence=(f"attempt {journey.attempt}: {journey.ending}",), examined=len(after))
        if not any(effects.is_connected for effects in told):
            return self.inconclusive("the app never counted anybody as connected, so its no proves nothing", hook=CONNECTED)
        if not after:
            return self.inconclusive("the app was not looked at after the journey that came to nothing")
        return self.passes("who did not consent stays unconnected", examined=len(after), advice=_reads_in_vain(journal))


def _after_failures(journal: Journal) -> list[tuple[Journey, Effects]]:
    """Each look at an end user while their latest journey had come to nothing and no consent stood."""
    latest: dict[str, Journey] = {}
    consented: set[str] = set()
    found: list[tuple[Journey, Effects]] = []
    for entry in journal:
        _follow(entry, latest, consented)
        if isinstance(entry, Effects) and entry.participant in latest and entry.participant not in consented:
            found.append((latest[entry.participant], entry))
    return found


def _follow(entry: Entry, latest: dict[str, Journey], consented: set[str]) -> None:
    if isinstance(entry, Journey):
        if entry.ending == APPROVED:
            consented.add(entry.participant)
        else:
            latest[entry.participant] = entry
    elif isinstance(entry, EventCreated) and entry.kind == "consent.received":
        consented.add(entry.participant)


def _reads_in_vain(journal: Journal) -> tuple[str, ...]:
    approved = [journey.at_s for journey in journal.all(Journey) if journey.ending == APPROVED]
    until_s = min(approved, default=float("inf"))
    routes = {call.route for call in calls(journal) if call.route.startswith("banking.") and call.at_s < until_s}
    return tuple(f"{route} was read though nobody had consented" for route in sorted(routes))
