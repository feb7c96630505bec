"""Are tokens, secrets and account numbers absent from the app's logs and output?"""

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.journal import Delivery, FileWritten, Journal, Output
from fiskil_harness.journal.queries.api_calls import bearer, calls
from fiskil_harness.journal.queries.logs import incomplete_outputs
from fiskil_harness.journal.queries.secrets import SecretsFound
from fiskil_harness.probes.probe import Finding, Probe

PLANTED = "account_numbers"
"""``Delivery.name`` of deliveries that contain account numbers."""


class KeepsSecretsOutOfLogs(Probe, frozen=True, kw_only=True, tag="keeps_secrets_out_of_logs"):
    """Check that no output of the app contains a token, a secret, nine characters of either, or a full account number.

    The probe searches for every secret, in every encoding, in the app's output, in the logs that the config lists, and in
    other log files of the app's folder. A finding contains the kind of the secret and the file, never the value. If a log in
    the config was not read completely, the result cannot be PASS, but a secret in the part that was read is a FAIL.
    """

    is_general = True
    expected = "no token, secret or full account number in any output"
    source = "token.never-logged"
    fix = "log routes, statuses and ids; never headers, bodies or whole requests"

    def examine(self, journal: Journal) -> Finding:
        """Search every output for every secret in every encoding."""
        outputs: list[tuple[str, Output | FileWritten]] = [
            (output.place, output) for output in journal.all(Output) if output.text.strip()
        ]
        outputs += [(filed.name, filed) for filed in journal.all(FileWritten) if filed.is_log and filed.text.strip()]
        unread = incomplete_outputs(journal)
        unread += [f"{filed.name}: {filed.problem}" for filed in journal.all(FileWritten) if filed.is_log and filed.problem]
        if not outputs and not unread:
            return self.inconclusive("the app wrote nothing that the harness can read", hook=LOGS)
        if not has_secrets_at_hand(journal):
            return self.inconclusive("no API call and no message of the scenario carried a secret")
        found = SecretsFound(journal)
        hits = sorted(
            {(hit.kind, place, hit.description) for place, output in outputs for hit in found.of(output)}, key=_order
        )
        if hits:
            _, place, secret = hits[0]
            lines = tuple(f"{place}: {secret}" for _, place, secret in hits)
            return self.fails(f"{secret} is in {place}", evidence=lines)
        if unread:
            return self.inconclusive("; ".join(unread), hook=LOGS)
        count = len({place for place, _ in outputs})
        return self.passes(f"{count} outputs contain no secret", examined=count)


def has_secrets_at_hand(journal: Journal) -> bool:
    """Return True if the app had a secret that it could have written to a log.

    It requested or sent a token, or acknowledged a message with account numbers.
    """
    if any(call.route == "token" or bearer(call) for call in calls(journal)):
        return True
    return any(delivery.name == PLANTED and delivery.is_acknowledged for delivery in journal.all(Delivery))


def _order(hit: tuple[str, str, str]) -> tuple[str, bool, str, str]:
    """Return the sort key of a hit, by the kind of secret; complete secrets come before parts of secrets."""
    kind, place, text = hit
    return kind, text.startswith("a part"), place, text
