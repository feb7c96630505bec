"""Does the app store every row that the API served exactly once?"""

from typing import Any

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Journal, ProcessChanged, Rows
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED, large_reads, never_tried_to_renew
from fiskil_harness.journal.queries.recovery import failed_refresh, is_abandoned
from fiskil_harness.journal.queries.retention import HISTORY, is_older_than_kept, left_out_on_purpose
from fiskil_harness.journal.queries.row_versions import marks_current_versions
from fiskil_harness.journal.queries.rows import (
    duplicated,
    holds_value,
    last_effects,
    latest_rows,
    places,
    row_lines,
    rows_read,
    shown,
    snapshots,
    why_not_required,
    why_still_busy,
)
from fiskil_harness.journal.queries.unread_datasets import why_unread
from fiskil_harness.journal.queries.unrequested_rows import cut_off
from fiskil_harness.probes.probe import Finding, Probe

KEPT_IN_MEMORY = "store rows in a database or a file before you finish the event"
DELETED = "delete only rows that the API no longer returns, and those of the end user whose consent ended"


class HoldsEveryRow(Probe, frozen=True, tag="holds_every_row"):
    """Check that at the end the app's state shows every row of the latest sync exactly once.

    A state may keep several versions of a row, if a mark shows which one is current. Only rows that the app's queries select
    count, and new rows that these leave out only because `to` is yesterday or last midnight. Rows older than
    ``app.facts.history_days`` may be missing. Pending rows may be missing if the app never shows any. If the app's refresh
    never works again after a fault, although the API has recovered, the rows count as missing.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    expected = "every row of the latest sync, each once"
    source = "paging.links"
    fix = "follow links.next to the end and commit a dataset's rows in one transaction, keyed by fiskil_id"

    def examine(self, journal: Journal) -> Finding:
        """Compare the ids in the state with the ids that the API served."""
        rows = latest_rows(journal, self.dataset)
        end = last_effects(journal, rows.participant if rows else "")
        reason, hook = why_not_required(journal, rows, self.dataset)
        refresh = failed_refresh(journal, rows.participant, since_s=rows.at_s) if reason and rows is not None else None
        if refresh is not None:
            observed = (
                f"app.drive.refresh still responded {refresh.status} long after the API had recovered, although no API call "
                f"failed, so the latest {self.dataset} were not read"
            )
            finding = self.fails(observed, evidence=("the refresh was repeated for longer than a circuit breaker is open",))
            return msgspec.structs.replace(finding, fix="release every lock and clear every flag when a refresh fails")
        if reason or rows is None or end is None:
            return self.inconclusive(reason, hook=hook)
        read = {str(row["fiskil_id"]): row for row in (*rows_read(journal, rows), *cut_off(journal, rows))}
        left_out = left_out_on_purpose(journal, rows, read)
        expected = {fiskil_id: row for fiskil_id, row in read.items() if fiskil_id not in left_out}
        mentions = places(end.state, expected)
        missing = [row for fiskil_id, row in expected.items() if not mentions[fiskil_id]]
        if missing and never_tried_to_renew(journal, {rows.end_user_id}):
            return self.inconclusive(TOKEN_NOT_RENEWED)
        if missing:
            return self._judge_missing(journal, rows, expected, missing)
        duplicates = [expected[fiskil_id] for fiskil_id in duplicated(mentions)]
        if duplicates and not self._are_versions(journal, rows, expected):
            observed = f"{len(duplicates)} of {len(expected)} {self.dataset} are in the app's state more than once"
            return self.fails(observed, evidence=row_lines("duplicate", duplicates))
        advice = (f"{len(left_out)} {self.dataset} are left out, apparently on purpose",) if left_out else ()
        observed = f"all {len(expected)} {self.dataset} are in the app's state, each once{large_reads(journal, rows)}"
        return self.passes(observed, examined=len(expected), advice=advice)

    def _are_versions(self, journal: Journal, rows: Rows, expected: dict[str, dict[str, Any]]) -> bool:
        states = [effects.state for effects in snapshots(journal, rows.participant)]
        return marks_current_versions(states, expected)

    def _judge_missing(
        self, journal: Journal, rows: Rows, expected: dict[str, dict[str, Any]], missing: list[dict[str, Any]]
    ) -> Finding:
        end = last_effects(journal, rows.participant)
        if end is not None and not end.is_idle and not is_abandoned(journal, end):
            return self.inconclusive(*why_still_busy(end))
        if len(missing) == len(expected):
            return self._judge_all_missing(journal, rows, missing)
        if is_older_than_kept(journal, rows, missing, held=[row for row in expected.values() if row not in missing]):
            return self.inconclusive(f"the missing {self.dataset} are all older than those in the app's state", hook=HISTORY)
        observed = f"{len(missing)} of {len(expected)} {self.dataset} are missing from the app's state"
        not_requested = cut_off(journal, rows)
        if all(row in not_requested for row in missing):
            observed = f"{observed}, because the parameter `to` of the app's requests was before the event"
            finding = self.fails(observed, evidence=row_lines("missing", missing))
            return msgspec.structs.replace(finding, fix="leave out `to`, or set it to the present time")
        return self.fails(observed, evidence=row_lines("missing", missing))

    def _judge_all_missing(self, journal: Journal, rows: Rows, missing: list[dict[str, Any]]) -> Finding:
        """Judge a state without any of the rows: FAIL only if an earlier state showed some of them.

        Otherwise the app may show the rows without their ids, or not at all.
        """
        states = [effects.state for effects in snapshots(journal, rows.participant)]
        ids = [str(row["fiskil_id"]) for row in missing]
        if any(shown(state, ids) for state in states):
            is_restarted = any(changed.is_restart and changed.at_s > rows.at_s for changed in journal.all(ProcessChanged))
            since = "after it was started again" if is_restarted else "although it showed some of them before"
            observed = f"{len(missing)} of {len(missing)} {self.dataset} are missing from the app's state {since}"
            finding = self.fails(observed, evidence=row_lines("missing", missing))
            return msgspec.structs.replace(finding, fix=KEPT_IN_MEMORY if is_restarted else DELETED)
        if any(holds_value(states[-1], row["amount"]) for row in missing if "amount" in row):
            return self.inconclusive("the app's state contains no fiskil_id, so rows cannot be counted", hook=STATE)
        reason, fact = why_unread(journal, rows.dataset)
        if reason:
            return self.inconclusive(reason, hook=fact)
        return self.inconclusive(f"the app's state shows none of {len(missing)} {self.dataset}", hook=STATE)
