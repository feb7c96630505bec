"""Does the team ask for consents that last no longer than their use?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Declared, Journal
from fiskil_harness.probes.probe import PlainProbe

DAYS, ONE_OFF, PURPOSE = "app.facts.consent_days", "app.facts.one_off", "app.facts.purpose"
LONGEST_DAYS = 365
LONGEST_ONE_OFF_DAYS = 1
LONG_DAYS = 180
"""From here on a consent is worth a question."""


class KeepsConsentsShort(PlainProbe, frozen=True, kw_only=True, tag="keeps_consents_short"):
    """The period of consents, as the config states it, fits the declared use: a day at most for what happens once."""

    expected: ClassVar[str] = "a period no longer than the use, and a day for a use that happens once"
    source: ClassVar[str] = "consents.duration"
    fix: ClassVar[str] = "choose the shortest period in the console that the use case allows"

    def examine(self, journal: Journal) -> Finding:
        """Compare the period with the use."""
        stated = next(iter(journal.all(Declared)), Declared())
        if stated.consent_days is None:
            return self.inconclusive("the config does not say how long consents last", hook=DAYS)
        if stated.one_off is None:
            return self.inconclusive("the config does not say whether the data is used once", hook=ONE_OFF)
        if not (stated.purpose or "").strip():
            return self.inconclusive("the config does not say what the data is used for", hook=PURPOSE)
        if stated.one_off and stated.consent_days > LONGEST_ONE_OFF_DAYS:
            return self.fails(f"consents last {stated.consent_days} days for a use that happens once")
        if stated.consent_days > LONGEST_DAYS:
            return self.fails(f"consents last {stated.consent_days} days, and {LONGEST_DAYS} are the most there are")
        advice = (
            ("consents last longer than half a year; does the use need that?",) if stated.consent_days > LONG_DAYS else ()
        )
        return self.passes(f"consents last {stated.consent_days} days {stated.purpose}", examined=1, advice=advice)
