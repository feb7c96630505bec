"""``/v1/permissions``, and what a consent covers."""

import httpx
import pytest

from fiskil_harness.core.model import DATASETS, PERMISSIONS
from fiskil_harness.errors import UnknownName, UsageError
from tests.sandbox.still import Still


def test_permissions_are_listed(still: Still, api: httpx.Client) -> None:
    """Every one with its fields. Source: permissions.list"""
    listed = api.get("/v1/permissions").json()

    assert [row["name"] for row in listed] == list(PERMISSIONS)
    assert listed[2] == {
        "name": "transactions",
        "description": PERMISSIONS["transactions"].description,
        "industry": "banking",
        "scope": "bank:transactions:read",
        "standards": ["CDR"],
    }


@pytest.mark.parametrize("industry", ["banking", "energy"])
def test_an_industry_has_its_own_permissions(still: Still, api: httpx.Client, industry: str) -> None:
    """And the one that all share. Source: permissions.list"""
    listed = api.get("/v1/permissions", params={"industry": industry}).json()

    assert {row["industry"] for row in listed} == {industry, "common"}


def test_another_industry_has_none(still: Still, api: httpx.Client) -> None:
    """400 bad_request; as a list of v3, without flags. Source: errors.v3-lists"""
    response = api.get("/v1/permissions?industry=water")

    assert (response.status_code, response.json()["name"]) == (400, "bad_request")
    assert set(response.json()) == {"id", "name", "message"}


def test_permissions_ask_for_a_token(still: Still) -> None:
    """401. Source: errors.unauthorized"""
    assert httpx.get(f"{still.api_url}/v1/permissions", timeout=30, trust_env=False).status_code == 401


def test_the_console_says_what_consents_cover(still: Still, api: httpx.Client) -> None:
    """From then on, and until a reset. Source: permissions.usual"""
    usual = still.consent("rosa")
    more = still.everything("rosa")
    listed = api.get("/v1/consent", params={"end_user_id": more.end_user_id}).json()["consents"][0]["permissions"]
    still.sandbox.reset()

    assert usual.permissions == ("accounts", "balances", "transactions")
    assert listed == [name for name, permission in PERMISSIONS.items() if permission.industry != "energy"]
    assert still.consent("rosa").permissions == usual.permissions


@pytest.mark.parametrize(
    ("institution_id", "requested", "covers"),
    [
        ("88888", ("usage",), ()),
        ("88888", ("usage", "identity"), ("identity",)),
        ("99999", ("accounts", "balances", "transactions"), ()),
        ("99999", ("accounts", "billing"), ("billing",)),
    ],
)
def test_a_list_that_was_set_is_never_widened(
    still: Still, institution_id: str, requested: tuple[str, ...], covers: tuple[str, ...]
) -> None:
    """What it leaves out of an industry no institution of that industry gives. Source: permissions.usual"""
    still.sandbox.configure(permissions=requested)
    opened = still.invite(institution_id=institution_id)

    still.sandbox.conclude(opened.session_id, "approved")

    (consent,) = still.sandbox.consents_of(opened.end_user_id)
    assert consent.permissions == covers


def test_nobody_consents_to_nothing_without_the_page(still: Still) -> None:
    """Where the console asks for nothing that the institution has, the call is refused. Source: permissions.usual"""
    still.sandbox.configure(permissions=("usage",))

    with pytest.raises(
        UsageError, match=r"permissions include none that institution 88888 has: usage\. Configure permissions"
    ):
        still.consent("rosa")


def test_an_unknown_permission_is_named(still: Still) -> None:
    """With the nearest one."""
    with pytest.raises(UnknownName, match="Did you mean 'payees'"):
        still.sandbox.configure(permissions=("payee",))


def test_each_permission_stands_for_a_dataset() -> None:
    """What can be permitted can be synced and is told by an event of its own."""
    assert {dataset.permission or dataset.name for dataset in DATASETS.values() if dataset.permission is not None} == set(
        PERMISSIONS
    )
    assert len({dataset.event for dataset in DATASETS.values()}) == len(DATASETS)
