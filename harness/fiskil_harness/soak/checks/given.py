"""The material of the verdict: the ledger, the effects of the examined end users, and the observations of the run."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from fiskil_harness.core.model.events import matches_any
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.effects import EndUserEffects
from fiskil_harness.soak.ledger import Attempt, MergedLedger
from fiskil_harness.soak.observed import Observed
from fiskil_harness.soak.shapes import Timetable

MOST_EVIDENCE = 5
MOST_ERRORS = 0.01
"""The largest share of failed attempts, or of other failed requests, in an undisturbed run."""


class Given(Struct, frozen=True, kw_only=True):
    """Everything that the verdict is about.

    ``examined`` are the effects by end user. ``controls`` names another undisturbed end user for each twin. ``is_watched``
    is True if the harness started the app, and so notices its end. ``uses`` are the patterns of the kinds that the app uses;
    None if the config does not say. ``ack_s`` is the limit of an acknowledgement, and ``promises_ack`` is True if the config
    states it. ``workers`` is the number of workers in the plan.
    """

    ledger: MergedLedger
    examined: Mapping[str, EndUserEffects]
    observed: Observed
    timetable: Timetable
    controls: Mapping[str, str] = {}
    is_watched: bool = True
    uses: tuple[str, ...] | None = None
    ack_s: float = 10.0
    promises_ack: bool = False
    workers: int = 1

    @property
    def is_interrupted(self) -> bool:
        """True if the app ended during the load, or the run was stopped."""
        return bool(self.observed.exits) or self.observed.is_interrupted

    @property
    def is_disturbed(self) -> bool:
        """True if the app or a worker ended during the load, or the run was stopped; other checks report that."""
        return self.is_interrupted or self.ledger.is_cut_short

    def reports(self) -> list[set[str]]:
        """Return the messages with an effect in each report. Equal reports that share their counts are returned once."""
        distinct = {id(effects.applied): effects for effects in self.examined.values() if effects.applied is not None}
        return [effects.effective() for effects in distinct.values()]


class Messages:
    """The messages of the ledger, by what is known about them."""

    def __init__(self, ledger: MergedLedger, uses: tuple[str, ...] | None) -> None:
        self.owner: dict[str, str] = {}
        self.of: dict[str, list[str]] = defaultdict(list)
        self.kind: dict[str, str] = {}
        self.acknowledged: dict[str, list[str]] = defaultdict(list)
        self.forged: dict[str, list[Attempt]] = defaultdict(list)
        self.genuine: dict[str, list[Attempt]] = defaultdict(list)
        self.attempts: Counter[str] = Counter()
        self.certain_bytes: Counter[str] = Counter()
        self.possible_bytes: Counter[str] = Counter()
        for attempt in ledger.attempts:
            sent = attempt.sent
            self.owner[sent.message_id] = sent.end_user_id
            self.kind[sent.message_id] = sent.kind
            self.attempts[sent.end_user_id] += 1
            self.certain_bytes[sent.end_user_id] += sent.size if attempt.is_acknowledged else 0
            self.possible_bytes[sent.end_user_id] += sent.size
            (self.forged if sent.origin == "forged" else self.genuine)[sent.message_id].append(attempt)
        for message_id, end_user_id in self.owner.items():
            self.of[end_user_id].append(message_id)
        self.unacknowledged: dict[str, Attempt] = {}
        for message_id, attempts in self.genuine.items():
            if not any(attempt.is_acknowledged for attempt in attempts):
                self.unacknowledged[message_id] = attempts[-1]
            is_used = uses is None or matches_any(self.kind[message_id], uses)
            if is_used and any(attempt.is_acknowledged for attempt in attempts):
                self.acknowledged[self.owner[message_id]].append(message_id)

    @property
    def incomplete(self) -> set[str]:
        """The end users with a genuine message that was never acknowledged, so that their state may lack its effect."""
        return {self.owner[message_id] for message_id in self.unacknowledged}

    def added_bytes(self, *, of: str, than: str) -> range:
        """Return how many more bytes of deliveries the app may have received for an end user than for another one."""
        fewest = self.certain_bytes[of] - self.possible_bytes[than]
        return range(fewest, self.possible_bytes[of] - self.certain_bytes[than] + 1)

    def phrase(self, message_id: str) -> str:
        """Return a message with its end user and its attempts, in one short phrase."""
        attempts = self.genuine.get(message_id) or self.forged.get(message_id) or []
        replies = Counter(outcome(attempt) for attempt in attempts)
        ways = "/".join(dict.fromkeys(attempt.sent.how for attempt in attempts))
        listed = ", ".join(f"{count} x {outcome}" for outcome, count in replies.items())
        return f"{self.kind.get(message_id, 'unknown')} {message_id} of {self.owner.get(message_id, '?')} ({ways}: {listed})"


def outcome(attempt: Attempt) -> str:
    """Return the status of an attempt in words."""
    reply = attempt.reply
    if reply is None:
        return "outcome unknown"
    return f"{reply.status}" if reply.status else "no response"


def finding(
    probe: str,
    verdict: Verdict,
    observed: str,
    *,
    expected: str,
    fix: str = "",
    evidence: Iterable[str] = (),
    examined: int = 0,
) -> Finding:
    """Return a finding; a PASS needs no fix."""
    return Finding(
        probe=probe,
        verdict=verdict,
        observed=observed,
        expected=expected,
        fix=fix if verdict is not Verdict.PASS else "",
        evidence=tuple(evidence)[:MOST_EVIDENCE],
        examined=examined,
    )
