"""requests_declared_data_only: the app requests and reads only the datasets that the config declares."""

import msgspec
import pytest

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


@pytest.mark.parametrize(
    ("route", "dataset"),
    [
        ("energy.accounts", "energy_accounts"),
        ("energy.payment_schedules", "payment_schedule"),
        ("banking.direct_debits", "direct_debits"),
    ],
)
def test_a_dataset_has_the_name_of_its_permission(tape: JournalBuilder, route: str, dataset: str) -> None:
    """The route may have another one."""
    declare(tape, dataset)
    tape.call(route)

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


def test_energy_data_beside_bank_data_is_left_for_another_run(tape: JournalBuilder) -> None:
    """A run tries banks or energy retailers. Advice names what it did not try."""
    declare(tape, "accounts", "usage")
    tape.call("banking.accounts")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("usage is of energy retailers, which this run did not try",)


def test_a_config_without_datasets_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the missing fact."""
    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).hook == "app.facts.datasets"


def test_a_refused_read_does_not_count(tape: JournalBuilder) -> None:
    """A refused read returns no data."""
    declare(tape, "accounts")
    tape.call("banking.payees", status=403)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("sessions", "stated"),
    [
        (({"permissions": ["accounts"]},), ""),
        (({"permissions": ["accounts"]}, {"permissions": ["accounts"]}), ""),
        (({"permissions": ["accounts"]}, {}), "consents permit only these datasets (app.facts.datasets)"),
        (({"permissions": []},), "consents permit only these datasets (app.facts.datasets)"),
        ((), "consents permit only these datasets (app.facts.datasets)"),
    ],
)
def test_permissions_that_no_request_names_are_only_stated(
    tape: JournalBuilder, sessions: tuple[dict[str, list[str]], ...], stated: str
) -> None:
    """Without permissions in each request for an auth session, the settings of the console decide."""
    declare(tape, "accounts")
    for session in sessions:
        tape.call("auth_session", request_body=msgspec.json.encode(session))
    tape.call("banking.accounts")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.stated, finding.examined) == (Verdict.PASS, stated, 1)
    assert finding.observed == "all 1 declared datasets are read, and nothing else is requested"


@pytest.mark.parametrize("permissions", [["accounts", "unheard_of"], ["accounts", 7], "identity"])
def test_texts_that_are_no_permissions_are_not_requested(tape: JournalBuilder, permissions: object) -> None:
    """The API refuses such a request, so it requests no data."""
    declare(tape, "accounts")
    tape.call("auth_session", request_body=msgspec.json.encode({"permissions": permissions}))
    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_only_reads_count_as_read_data(tape: JournalBuilder, method: str) -> None:
    """A call with another method than GET returns no data of an end user."""
    declare(tape, "accounts")
    tape.call("banking.accounts")
    tape.call("banking.payees", method=method)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("route", "name"),
    [("banking.widgets", "widgets"), ("energy.accounts", "energy_accounts"), ("common.identity", "identity")],
)
def test_the_evidence_names_the_permission_for_each_route(tape: JournalBuilder, route: str, name: str) -> None:
    """Data without a known permission is named as in its route."""
    declare(tape, "accounts")
    tape.call("banking.accounts")
    tape.call(route, method="GET")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, (f"read {name}",))
