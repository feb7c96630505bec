"""Do consents last no longer than their declared use requires?"""

from fiskil_harness.journal import Declared, Journal
from fiskil_harness.probes.probe import Finding, Probe

DAYS, ONE_OFF, PURPOSE = "app.facts.consent_days", "app.facts.one_off", "app.facts.purpose"
LONGEST_DAYS = 365
LONGEST_ONE_OFF_DAYS = 1
LONG_DAYS = 180
"""Longest consent period, in days, without advice."""


class KeepsConsentsShort(Probe, frozen=True, kw_only=True, tag="keeps_consents_short"):
    """Check that the consent period in the config is at most a year, and at most one day if data is used only once."""

    is_general = True
    expected = "a period no longer than the use, and at most one day for a one-off use"
    source = "consents.duration"
    fix = "set the shortest consent period in the console that the use case allows"

    def examine(self, journal: Journal) -> Finding:
        """Compare the stated period with the stated use."""
        stated = next(iter(journal.all(Declared)), Declared())
        if stated.consent_days is None:
            return self.inconclusive("the config does not state how long consents last", hook=DAYS)
        if stated.one_off is None:
            return self.inconclusive("the config does not state whether the data is used only once", hook=ONE_OFF)
        if not (stated.purpose or "").strip():
            return self.inconclusive("the config does not state what the data is used for", hook=PURPOSE)
        if stated.one_off and stated.consent_days > LONGEST_ONE_OFF_DAYS:
            return self.fails(f"{DAYS} is {stated.consent_days}, although {ONE_OFF} says that the data is used only once")
        if stated.consent_days > LONGEST_DAYS:
            return self.fails(f"{DAYS} is {stated.consent_days}; the maximum is {LONGEST_DAYS}")
        advice = (
            ("consents last longer than half a year; check that this is needed",) if stated.consent_days > LONG_DAYS else ()
        )
        return self.passes(
            f"consents last {stated.consent_days} days for this purpose: {stated.purpose}",
            examined=1,
            advice=advice,
            stated=f"consents last {stated.consent_days} days ({DAYS})",
        )
