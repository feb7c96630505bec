"""Do tokens, secrets and account numbers stay out of what the app writes?"""

from collections.abc import Iterator
from typing import ClassVar

from harness.journal import Canaries, Delivery, Journal, Output
from harness.probes.base import PlainProbe
from harness.probes.calls import bearer, calls
from harness.probes.finding import Finding
from harness.probes.needles import Needle, is_in, needles_of

LOGS = "app.observe.logs"
PLANTED = "account_numbers"
"""What messages are called that hold account numbers."""
STANDARD = "output"
"""The app's standard output and error: they need not hold anything, nor be ours to read, where a log does."""


class KeepsSecretsOutOfLogs(PlainProbe, frozen=True, kw_only=True, tag="keeps_secrets_out_of_logs"):
    """Nothing that the app writes holds a token, a secret or a full account number, plain or encoded.

    A finding names the kind and the place, never the value; lines differ from run to run. A log that the config names and
    that was not read whole proves nothing, but a secret in what is left of it does.
    """

    expected: ClassVar[str] = "no token, secret or full account number in any output"
    source: ClassVar[str] = "token.never-logged"
    fix: ClassVar[str] = "log routes, statuses and ids; never headers, bodies or whole requests"

    def examine(self, journal: Journal) -> Finding:
        """Search every output for every canary in every form."""
        outputs = [one for one in journal.all(Output) if one.text.strip()]
        lacking = [one for one in journal.all(Output) if one.lack and (one.place != STANDARD or one.text)]
        if not outputs and not lacking:
            return self.cannot_tell("the app wrote nothing that the harness can read", hook=LOGS)
        has_called = any(one.route == "token" or bearer(one) for one in calls(journal))
        if not has_called and not any(one.name == PLANTED and one.outcome == "ack" for one in journal.all(Delivery)):
            return self.cannot_tell("no call and no message of the scenario carried a secret")
        needles = [needle for canaries in journal.all(Canaries) for needle in needles_of(canaries)]
        hits = sorted({hit for output in outputs for needle in needles for hit in _hits(output, needle)})
        if hits:
            _, place, what = hits[0]
            lines = tuple(f"{place}: {what}" for _, place, what in hits)
            return self.fails(f"{what} stands in {place}", evidence=lines, examined=len(outputs))
        if lacking:
            return self.cannot_tell("; ".join(f"{one.place} {one.lack}" for one in lacking), hook=LOGS)
        return self.holds(f"{len(outputs)} outputs hold no secret", examined=len(outputs))


def _hits(output: Output, needle: Needle) -> Iterator[tuple[str, str, str]]:
    """The kind, the place and both in words, if the needle is there."""
    if is_in(needle, output.text):
        yield needle.kind, output.place, f"the {needle.kind}{' ' + needle.form if needle.form else ''}"
