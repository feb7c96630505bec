"""Reads the effects after the load: waits until the app is idle, then reads the state of each examined end user."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.effects import EffectsReport, query_effects
from fiskil_harness.core.clock import pause, real_now, stopwatch
from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.errors import HarnessError
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak.effects import EndUserEffects, States, texts_in
from fiskil_harness.soak.threads import pool_of

THREADS = 4
ROUND_PAUSE_S = 1.0
QUIET_ROUNDS = 3
"""After this many rounds without a change, missing messages of an app that reports no unfinished work are lost."""


class Aftermath:
    """Reads what the app did for a number of end users."""

    def __init__(
        self, app: AppUnderTest, fiskil: LocalFiskil, *, settle_s: float, fresh_s: float, messages: Iterable[str] = ()
    ) -> None:
        """Prepare to read.

        Args:
            settle_s: The longest wait in seconds.
            fresh_s: The time in which the app promises to do its work, in seconds.
            messages: The ids of all messages that were sent.
        """
        self._app, self._fiskil, self._settle_s, self._fresh_s = app, fiskil, settle_s, fresh_s
        self._states = States(fiskil.sandbox.mint.names, since=real_now(), messages=messages)
        self._seen: dict[int, dict[str, int]] = {}
        self.idle_after_s: float | None = None
        self.is_settled = False

    def read(
        self,
        refs: Mapping[str, str],
        due: Mapping[str, Sequence[str]],
        twins: Mapping[str, str],
        *,
        on_progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> dict[str, EndUserEffects]:
        """Return the effects by end user, read again until everything that is due has happened or nothing changes.

        Then all of them are read once more.

        Args:
            refs: The app's own name of each end user to examine.
            due: The messages of each end user that the app has acknowledged.
            twins: The twin of each end user that has one.
        """
        elapsed = stopwatch()
        effects: dict[str, EndUserEffects] = {}
        left, quiet_rounds = list(refs), 0
        before: list[tuple[int, int | None]] = []
        quiet_for = stopwatch()
        owners = self._owners()
        with pool_of(THREADS) as pool:

            def look(end_user_ids: Iterable[str]) -> None:
                self._seen.clear()
                for report in pool.map(
                    lambda end_user_id: self._one(end_user_id, refs[end_user_id], twins, owners), end_user_ids
                ):
                    effects[report.end_user_id] = report

            while left:
                look(left)
                left = [
                    end_user_id for end_user_id in left if _is_unfinished(effects[end_user_id], due.get(end_user_id, ()))
                ]
                on_progress(len(refs) - len(left), len(refs))
                waiting = [effects[name] for name in left]
                # Equal reports share their counts, whose text is made once.
                counts = {id(report.applied): hash(repr(report.applied)) for report in waiting}
                now = [(counts[id(report.applied)], report.pending) for report in waiting]
                quiet_rounds = quiet_rounds + 1 if now == before else 0
                quiet_for = quiet_for if quiet_rounds else stopwatch()
                before = now
                self.is_settled = is_settled(waiting, rounds=quiet_rounds, quiet_s=quiet_for(), fresh_s=self._fresh_s)
                if self.is_settled or elapsed() >= self._settle_s:
                    break
                pause(ROUND_PAUSE_S)
            # The others may have changed since, and all reports should be about the same moment.
            idle_after_s = elapsed()
            look(refs)
        self.idle_after_s = idle_after_s if is_idle(effects.values()) else None
        return effects

    def _one(self, end_user_id: str, ref: str, twins: Mapping[str, str], owners: Mapping[str, str]) -> EndUserEffects:
        report, problem = self._report(end_user_id, ref)
        if report is None:
            return EndUserEffects(end_user_id=end_user_id, problem=problem)
        foreign = sorted(text for text in set(texts_in(report.state)) if owners.get(text, end_user_id) != end_user_id)
        return EndUserEffects(
            end_user_id=end_user_id,
            applied=self._shared(report.applied),
            pending=report.pending,
            state=self._states.encoded(report.state) if report.state is not None else b"",
            foreign=tuple(foreign[:3]),
            twin=twins.get(end_user_id, ""),
        )

    def _shared(self, applied: dict[str, int] | None) -> dict[str, int] | None:
        """Return an earlier report's counts if they are equal.

        An app may report the counts of all end users each time, which would need more memory than there is.
        """
        if not applied:
            return applied
        earlier = self._seen.setdefault(hash(frozenset(applied.items())), applied)
        return earlier if earlier == applied else applied

    def _report(self, end_user_id: str, ref: str) -> tuple[EffectsReport | None, str]:
        problem = ""
        for _ in range(3):
            try:
                return query_effects(self._app, of_end_user(ref=ref, end_user_id=end_user_id)), ""
            except HarnessError as error:
                problem = str(error)
                pause(ROUND_PAUSE_S)
        return None, problem

    def _owners(self) -> dict[str, str]:
        """Return the end user of each consent and end user id, by which data of another end user is recognised."""
        with self._fiskil.sandbox.store.changing() as store:
            owners = {consent.arrangement_id: consent.end_user_id for consent in store.consents.values()}
            return owners | {end_user_id: end_user_id for end_user_id in store.end_users}


def is_idle(effects: Collection[EndUserEffects]) -> bool:
    """Return true if the app reports for every examined end user that no work is unfinished."""
    return bool(effects) and all(report.pending == 0 for report in effects)


def is_settled(waiting: Collection[EndUserEffects], *, rounds: int, quiet_s: float, fresh_s: float) -> bool:
    """Return true if the effects that are missing will not come any more.

    An app that reports no ``pending`` work may be busy without a sign, so it gets the time that it promises for its work.

    Args:
        waiting: The end users who have unfinished work, or lack the effect of a message.
        rounds: The number of rounds without a change.
        quiet_s: The seconds without a change.
        fresh_s: The time in which the app promises to do its work.
    """
    if any(report.pending for report in waiting):
        return False
    is_reported = all(report.pending is not None for report in waiting)
    return not waiting or (rounds >= QUIET_ROUNDS and (is_reported or quiet_s >= fresh_s))


def _is_unfinished(effects: EndUserEffects, due: Iterable[str]) -> bool:
    """Return true if an end user has unfinished work, or lacks the effect of a message."""
    if effects.problem:
        return False
    if effects.pending:
        return True
    return effects.applied is not None and any(not effects.applied.get(message_id) for message_id in due)
