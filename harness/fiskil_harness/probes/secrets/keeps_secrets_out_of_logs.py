"""Do tokens, secrets and account numbers stay out of what the app writes?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Filed, Journal, Output
from fiskil_harness.journal.queries.api_calls import bearer, calls
from fiskil_harness.journal.queries.secrets import index_of
from fiskil_harness.probes.probe import PlainProbe

PLANTED = "account_numbers"
"""What messages are called that hold account numbers."""
STANDARD = "output"
"""The app's standard output and error: they need not hold anything, nor be ours to read, where a log does."""


class KeepsSecretsOutOfLogs(PlainProbe, frozen=True, kw_only=True, tag="keeps_secrets_out_of_logs"):
    """Nothing that the app writes holds a token, a secret, nine characters of either, or a full account number.

    In any spelling: in its output, the logs that the config names, and every file in its folder that is called as logs are.
    A finding names the kind and the place, never the value; lines differ from run to run. A log that the config names and
    that was not read whole proves nothing, but a secret in what is left of it does.
    """

    expected: ClassVar[str] = "no token, secret or full account number in any output"
    source: ClassVar[str] = "token.never-logged"
    fix: ClassVar[str] = "log routes, statuses and ids; never headers, bodies or whole requests"

    def examine(self, journal: Journal) -> Finding:
        """Search every output for every canary in every spelling."""
        outputs = [(output.place, output.text) for output in journal.all(Output) if output.text.strip()]
        outputs += [(filed.name, filed.text) for filed in journal.all(Filed) if filed.is_log and filed.text.strip()]
        lacking = [
            f"{output.place} {output.problem}"
            for output in journal.all(Output)
            if output.problem and (output.place != STANDARD or output.text)
        ]
        lacking += [f"{filed.name}: {filed.problem}" for filed in journal.all(Filed) if filed.problem]
        if not outputs and not lacking:
            return self.inconclusive("the app wrote nothing that the harness can read", hook=LOGS)
        if not has_secrets_at_hand(journal):
            return self.inconclusive("no call and no message of the scenario carried a secret")
        index = index_of(journal)
        hits = sorted({(hit.kind, place, hit.text) for place, text in outputs for hit in index.hits(text)}, key=_order)
        if hits:
            _, place, what = hits[0]
            lines = tuple(f"{place}: {what}" for _, place, what in hits)
            return self.fails(f"{what} stands in {place}", evidence=lines, examined=len(outputs))
        if lacking:
            return self.inconclusive("; ".join(lacking), hook=LOGS)
        count = len({place for place, _ in outputs})
        return self.passes(f"{count} outputs hold no secret", examined=count)


def has_secrets_at_hand(journal: Journal) -> bool:
    """Whether the app had any secret at all: it exchanged or sent a token, or got a message with account numbers."""
    if any(call.route == "token" or bearer(call) for call in calls(journal)):
        return True
    return any(delivery.name == PLANTED and delivery.outcome == "ack" for delivery in journal.all(Delivery))


def _order(hit: tuple[str, str, str]) -> tuple[str, bool, str, str]:
    """By kind, the whole of a secret before parts of it."""
    kind, place, told = hit
    return kind, told.startswith("a part"), place, told
