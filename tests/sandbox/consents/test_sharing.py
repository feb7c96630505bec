"""The accounts that a consent shares, as accounts open and close and other holders approve or withdraw sharing."""

from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Person
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.consents import consents
from tests.sandbox.still import BANKING, Still

PATHS = {"accounts": "accounts", "balances": "balances", "transactions": "transactions"}


def keys(still: Still, api: httpx.Client, consent: Consent, path: str = "accounts") -> set[str]:
    """Return the accounts in the API's rows, by their keys in the person's file."""
    names = {account.account_id: key for key, account in still.sandbox.ledger(consent).accounts.items()}
    return {names[row["account_id"]] for row in listed(api, consent, path)}


def listed(api: httpx.Client, consent: Consent, path: str) -> list[dict[str, Any]]:
    query = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    served: list[dict[str, Any]] = api.get(f"/v1/banking/{path}", params=query).json()[PATHS[path]]
    return served


def with_savings(**changes: Any) -> Person:
    """Return Rosa with a changed savings account."""
    rosa = catalog.person("rosa")
    everyday, savings = rosa.accounts
    return msgspec.structs.replace(rosa, accounts=(everyday, msgspec.structs.replace(savings, **changes)))


def connect(still: Still, person: Person) -> Consent:
    """Return a consent of *person* to all banking data, synced."""
    still.sandbox.configure(permissions=BANKING)
    end_user = still.sandbox.create_end_user(person)
    consent = still.sandbox.authorise(end_user)
    read_again(still, consent)
    return consent


def read_again(still: Still, consent: Consent) -> None:
    for dataset in consent.permissions:
        still.sandbox.sync(consent, dataset)


def test_a_withdrawn_account_leaves_with_the_next_sync(still: Still, api: httpx.Client) -> None:
    """The consent stays active, no event is emitted, and every row of the account leaves.

    Source: consents.account-withdrawn
    """
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben")
    consent = connect(still, rosa)
    count_before = len(still.sandbox.events)

    still.sandbox.withdraw_sharing(rosa, "savings")
    before = keys(still, api, consent)
    is_silent = len(still.sandbox.events) == count_before
    read_again(still, consent)

    assert (before, is_silent) == ({"everyday", "savings"}, True)
    assert [keys(still, api, consent, path) for path in PATHS] == [{"everyday"}] * 3
    assert still.sandbox.consents_of(consent.end_user_id)[0].is_active
    assert "consent.revoked" not in [event.kind for event in still.sandbox.events]


def test_a_withdrawn_account_may_leave_at_once(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, its rows are not served from then on. Source: consents.account-withdrawn"""
    still.sandbox.choose_interpretations({"consents.account-withdrawn": "at-once"})
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben")
    consent = connect(still, rosa)
    lost_ids = {row["fiskil_id"] for row in listed(api, consent, "transactions")}

    still.sandbox.withdraw_sharing(rosa, "savings")

    assert [keys(still, api, consent, path) for path in PATHS] == [{"everyday"}] * 3
    lost_ids -= {row["fiskil_id"] for row in listed(api, consent, "transactions")}
    assert set(still.sandbox.removed_ids(consent)) == lost_ids != set()


def test_ids_of_removed_rows_are_recorded(still: Still, api: httpx.Client) -> None:
    """For each dataset, probes can read the ids that the API no longer serves."""
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben")
    consent = connect(still, rosa)
    before = {path: {row["fiskil_id"] for row in listed(api, consent, path)} for path in PATHS}

    still.sandbox.withdraw_sharing(rosa, "savings")
    read_again(still, consent)

    after = {path: {row["fiskil_id"] for row in listed(api, consent, path)} for path in PATHS}
    assert {path: set(still.sandbox.removed_ids(consent, path)) for path in PATHS} == {
        path: before[path] - after[path] for path in PATHS
    }
    assert len(before["accounts"] - after["accounts"]) == 1


def test_fetch_returns_no_balance_of_a_withdrawn_account(still: Still, api: httpx.Client) -> None:
    """fetch=true gets the current state, while the last sync still has a balance.

    Source: consents.joint-approval, data.fetch
    """
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben")
    consent = connect(still, rosa)
    account_id = still.sandbox.ledger(consent).accounts["savings"].account_id
    query = {"end_user_id": consent.end_user_id, "account_id": account_id}

    still.sandbox.withdraw_sharing(rosa, "savings")

    assert len(api.get("/v1/banking/balances", params=query).json()["balances"]) == 1
    assert api.get("/v1/banking/balances", params={**query, "fetch": "true"}).json()["balances"] == []


def test_an_account_waits_for_its_other_holder(still: Still, api: httpx.Client) -> None:
    """A chosen account is shared from the first sync after every holder agreed. Source: consents.joint-approval"""
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben", is_shareable=False)
    end_user = still.sandbox.create_end_user(rosa)
    with still.sandbox.store.changing() as store:
        consent = consents.grant(
            store,
            end_user_id=end_user.end_user_id,
            institution_id="88888",
            person=rosa,
            account_keys=("everyday", "savings"),
        )
    read_again(still, consent)
    before = keys(still, api, consent)

    still.sandbox.approve_sharing(rosa, "savings")
    read_again(still, consent)

    assert (before, keys(still, api, consent)) == ({"everyday"}, {"everyday", "savings"})


def test_sharing_can_be_approved_again(still: Still, api: httpx.Client) -> None:
    """A withdrawal can be reversed, and the rows return with their ids. Source: consents.joint-approval"""
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben")
    consent = connect(still, rosa)
    before = listed(api, consent, "accounts")

    still.sandbox.withdraw_sharing(rosa, "savings")
    read_again(still, consent)
    still.sandbox.approve_sharing(rosa, "savings")
    read_again(still, consent)

    assert [row["fiskil_id"] for row in listed(api, consent, "accounts")] == [row["fiskil_id"] for row in before]


def test_events_name_the_accounts_that_are_shared(still: Still) -> None:
    """The account_ids of a sync event exclude accounts that are not shared. Source: webhooks.events"""
    rosa = with_savings(ownership="TWO_PARTY", joint_with="ben")
    consent = connect(still, rosa)
    everyday = still.sandbox.ledger(consent).accounts["everyday"].account_id

    still.sandbox.withdraw_sharing(rosa, "savings")
    still.sandbox.sync(consent, "accounts")

    assert still.sandbox.events[-1].account_ids == (everyday,)


def test_a_closed_account_is_listed_as_closed(still: Still, api: httpx.Client) -> None:
    """It stays in the list while the other account keeps the consent active. Source: accounts.closed"""
    consent = connect(still, catalog.person("rosa"))

    still.sandbox.close_account(catalog.person("rosa"), "savings")
    before = {row["open_status"] for row in listed(api, consent, "accounts")}
    read_again(still, consent)

    assert before == {"OPEN"}
    assert [row["open_status"] for row in listed(api, consent, "accounts")] == ["OPEN", "CLOSED"]


def test_a_closed_account_may_be_left_out(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, the next sync has none of its rows. Source: accounts.closed"""
    still.sandbox.choose_interpretations({"accounts.closed": "left-out"})
    consent = connect(still, catalog.person("rosa"))

    still.sandbox.close_account(catalog.person("rosa"), "savings")
    read_again(still, consent)

    assert [keys(still, api, consent, path) for path in PATHS] == [{"everyday"}] * 3


def test_an_account_that_opens_later_is_not_shared(still: Still, api: httpx.Client) -> None:
    """The end user did not choose it; the next journey offers it. Source: accounts.opened-later"""
    rosa = with_savings(opens_on_day=10)
    consent = connect(still, rosa)
    assert consent.account_keys == ("everyday",)

    still.sandbox.clock.advance(days=11)
    read_again(still, consent)

    assert keys(still, still.client(), consent) == {"everyday"}
    later = still.sandbox.authorise(EndUser(still.sandbox, rosa, end_user_id=consent.end_user_id))
    assert later.account_keys == ("everyday", "savings")


def test_an_account_that_opens_later_may_join(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation, the next sync serves it. Source: accounts.opened-later"""
    still.sandbox.choose_interpretations({"accounts.opened-later": "joins"})
    consent = connect(still, with_savings(opens_on_day=10))
    before = keys(still, api, consent)

    still.sandbox.clock.advance(days=11)
    read_again(still, consent)

    assert (before, keys(still, still.client(), consent)) == ({"everyday"}, {"everyday", "savings"})


def test_an_account_can_be_opened_early(still: Still) -> None:
    """A change at the institution takes precedence over the days in the file. Source: accounts.opened-later"""
    rosa = with_savings(opens_on_day=10)
    connect(still, rosa)

    still.sandbox.open_account(rosa, "savings")

    assert connect(still, rosa).account_keys == ("everyday", "savings")


def test_an_open_account_cannot_be_opened_again(still: Still, api: httpx.Client) -> None:
    """It is refused, and every row stays. Source: accounts.opened-later"""
    rosa = catalog.person("rosa")
    consent = connect(still, rosa)
    before = listed(api, consent, "transactions")

    with pytest.raises(
        UsageError, match=r"'savings' of rosa is already open\. Only an account that opens later or was closed can open\."
    ):
        still.sandbox.open_account(rosa, "savings")

    read_again(still, consent)
    assert listed(api, consent, "transactions") == before


def test_a_closed_account_cannot_be_closed_again(still: Still) -> None:
    """Its last day stays. Source: accounts.closed"""
    rosa = catalog.person("rosa")
    still.sandbox.close_account(rosa, "savings")

    with pytest.raises(UsageError, match=r"'savings' of rosa is already closed\."):
        still.sandbox.close_account(rosa, "savings")


@pytest.mark.parametrize("days", [{}, {"opens_on_day": -30}, {"closes_on_day": 3}])
def test_a_reopened_account_has_its_history(still: Still, days: dict[str, int]) -> None:
    """Every earlier row is there with its id, and new rows follow. Source: accounts.opened-later, data.changes"""
    rosa = with_savings(moves=catalog.person("rosa").accounts[0].moves, pending=0, **days)
    consent = connect(still, rosa)
    before = moves_of(still, consent, "savings")
    still.sandbox.clock.advance(days=2)
    still.sandbox.close_account(rosa, "savings")
    still.sandbox.clock.advance(days=2)

    still.sandbox.open_account(rosa, "savings")
    still.sandbox.clock.advance(days=20)
    read_again(still, consent)

    after = moves_of(still, consent, "savings")
    assert after[-len(before) :] == before
    assert len(after) > len(before) > 0
    assert {row["open_status"] for row in listed(still.client(), consent, "accounts")} == {"OPEN"}


def test_accounts_close_on_their_day(still: Still) -> None:
    """The last one ends the consent at that instant. Source: consents.accounts-closed"""
    rosa = catalog.person("rosa")
    everyday, savings = (
        msgspec.structs.replace(spec, closes_on_day=day) for spec, day in zip(rosa.accounts, (40, 20), strict=True)
    )
    consent = connect(still, msgspec.structs.replace(rosa, accounts=(everyday, savings)))

    still.sandbox.clock.advance(days=60)

    ended = still.sandbox.consents_of(consent.end_user_id)[0]
    assert ended.ended_at is not None
    assert ((ended.ended_at - still.sandbox.store.epoch).days, ended.ended_by) == (40, "institution")
    assert still.sandbox.events[-1].publish_time == ended.ended_at


@pytest.mark.parametrize("act", ["open_account", "close_account", "approve_sharing", "withdraw_sharing"])
def test_an_unknown_account_is_refused(still: Still, act: str) -> None:
    """The error suggests the nearest account and names the person."""
    rosa = still.enrol("rosa").person

    with pytest.raises(UnknownName, match=r"No account 'saving' in the file of rosa\. Did you mean 'savings'\?"):
        getattr(still.sandbox, act)(rosa, "saving")


@pytest.mark.parametrize("act", ["approve_sharing", "withdraw_sharing"])
def test_approval_of_an_account_with_one_holder_is_refused(still: Still, act: str) -> None:
    """The error explains the necessary change in the person's file. Source: consents.joint-approval"""
    rosa = still.enrol("rosa").person

    with pytest.raises(UsageError, match=r"'savings' of rosa has one holder, .* such as TWO_PARTY in the person's file\."):
        getattr(still.sandbox, act)(rosa, "savings")


def a_couple() -> tuple[Person, Person]:
    """Return Rosa with her own and a joint account, and Ben with the joint account only."""
    rosa, ben = catalog.person("rosa"), catalog.person("ben")
    ours = msgspec.structs.replace(rosa.accounts[1], key="ours", ownership="TWO_PARTY")
    hers, his = (msgspec.structs.replace(ours, joint_with=name) for name in ("ben", "rosa"))
    return (
        msgspec.structs.replace(rosa, accounts=(rosa.accounts[0], hers)),
        msgspec.structs.replace(ben, accounts=(his,)),
    )


def test_a_joint_account_closes_for_both(still: Still, api: httpx.Client) -> None:
    """Whichever holder closes it, the other's consent ends too if it was the last account. Source: accounts.closed"""
    hers, his = a_couple()
    first, second = connect(still, hers), connect(still, his)

    still.sandbox.close_account(hers, "ours")

    assert still.sandbox.consents_of(first.end_user_id)[0].is_active
    assert still.sandbox.consents_of(second.end_user_id)[0].ended_by == "institution"


def test_a_withdrawal_affects_only_one_holders_sharing(still: Still, api: httpx.Client) -> None:
    """The other holder's sharing stays as it is. Source: consents.joint-approval"""
    hers, his = a_couple()
    first, second = connect(still, hers), connect(still, his)

    still.sandbox.withdraw_sharing(hers, "ours")
    read_again(still, first)
    read_again(still, second)

    assert (keys(still, api, first), keys(still, api, second)) == ({"everyday"}, {"ours"})


def test_a_reset_undoes_account_changes(still: Still, api: httpx.Client) -> None:
    """After a reset every account is as its file describes it."""
    rosa = with_savings(ownership="TWO_PARTY")
    still.sandbox.withdraw_sharing(rosa, "savings")
    still.sandbox.close_account(rosa, "everyday")

    still.sandbox.reset()

    assert keys(still, api, connect(still, rosa)) == {"everyday", "savings"}


def moves_of(still: Still, consent: Consent, key: str) -> list[dict[str, Any]]:
    """Return an account's rows, PENDING first and then newest first, with a new token."""
    account_id = still.sandbox.ledger(consent).accounts[key].account_id
    return [row for row in listed(still.client(), consent, "transactions") if row["account_id"] == account_id]


def test_a_closed_account_gets_no_rows(still: Still) -> None:
    """Its rows end with the day of closing, and its PENDING row is never posted; other accounts get rows.

    Source: accounts.closed, data.changes
    """
    rosa = with_savings(pending=1, moves=catalog.person("rosa").accounts[0].moves)
    consent = connect(still, rosa)
    still.sandbox.clock.advance(days=5)
    read_again(still, consent)
    pending, *before = moves_of(still, consent, "savings")
    still.sandbox.close_account(rosa, "savings")
    closed_on = still.sandbox.clock.now().isoformat()

    still.sandbox.clock.advance(days=60)
    read_again(still, consent)

    newest = next(row for row in moves_of(still, consent, "everyday") if row["status"] == "POSTED")
    assert moves_of(still, consent, "savings") == before
    assert pending["status"] == "PENDING"
    assert pending["fiskil_id"] in still.sandbox.removed_ids(consent)
    assert before[0]["posting_date_time"] < closed_on < newest["posting_date_time"]


def test_an_account_has_no_rows_before_its_first_day(still: Still) -> None:
    """An account that opens later has a history that begins on that day. Source: accounts.opened-later, data.changes"""
    rosa = with_savings(opens_on_day=10, moves=catalog.person("rosa").accounts[0].moves)
    still.sandbox.clock.advance(days=40)

    consent = connect(still, rosa)

    first = (still.sandbox.store.epoch + timedelta(days=9)).isoformat()
    oldest = {key: moves_of(still, consent, key)[-1]["posting_date_time"] for key in ("everyday", "savings")}
    assert oldest["everyday"] < first < oldest["savings"]
