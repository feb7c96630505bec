"""requests_declared_data_only: the app requests and reads only the datasets that the config declares."""

import msgspec

from fiskil_harness.journal import Declared
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RequestsDeclaredDataOnly, Verdict

PROBE = RequestsDeclaredDataOnly()


def declare(tape: JournalBuilder, *datasets: str) -> None:
    """The config declares the datasets that the app uses."""
    tape.journal.write(Declared(datasets=datasets))


def test_reading_only_declared_datasets_passes(tape: JournalBuilder) -> None:
    """Public data needs no consent, so it does not count."""
    declare(tape, "accounts", "transactions")
    tape.call("banking.accounts")
    tape.call("banking.transactions")
    tape.call("banking.products")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_reading_an_undeclared_dataset_fails(tape: JournalBuilder) -> None:
    """The evidence names the permission."""
    declare(tape, "accounts")
    tape.call("banking.accounts")
    tape.call("banking.payees")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("read payees",))


def test_requesting_an_undeclared_permission_fails(tape: JournalBuilder) -> None:
    """It fails even if the data is never read."""
    declare(tape, "accounts")
    body = msgspec.json.encode({"end_user_id": "eu", "permissions": ["accounts", "identity"]})
    tape.call("auth_session", request_body=body)
    tape.call("banking.accounts")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("requested identity",))


def test_a_declared_dataset_that_is_not_read_proves_nothing(tape: JournalBuilder) -> None:
    """The app may read it on an occasion that the scenario does not contain."""
    declare(tape, "accounts", "payees")
    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_config_without_datasets_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the missing fact."""
    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).hook == "app.facts.datasets"


def test_a_refused_read_does_not_count(tape: JournalBuilder) -> None:
    """A refused read returns no data."""
    declare(tape, "accounts")
    tape.call("banking.payees", status=403)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
