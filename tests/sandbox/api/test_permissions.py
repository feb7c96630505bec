"""``/v1/permissions``, and the permissions that a consent covers."""

import httpx
import pytest

from fiskil_harness.core.model import DATASETS, PERMISSIONS
from fiskil_harness.errors import UnknownName, UsageError
from tests.sandbox.still import Still


def test_permissions_are_listed(still: Still, api: httpx.Client) -> None:
    """Every permission is listed with its fields. Source: permissions.list"""
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
    """The list also has the common permission. Source: permissions.list"""
    listed = api.get("/v1/permissions", params={"industry": industry}).json()

    assert {row["industry"] for row in listed} == {industry, "common"}


def test_an_unknown_industry_is_refused(still: Still, api: httpx.Client) -> None:
    """The response is 400 bad_request, and has no flags as a list of v3. Source: errors.v3-lists"""
    response = api.get("/v1/permissions?industry=water")

    assert (response.status_code, response.json()["name"]) == (400, "bad_request")
    assert set(response.json()) == {"id", "name", "message"}


def test_permissions_need_a_token(still: Still) -> None:
    """A request without a token gets 401. Source: errors.unauthorized"""
    assert httpx.get(f"{still.api_url}/v1/permissions", timeout=30, trust_env=False).status_code == 401


def test_the_console_decides_what_consents_cover(still: Still, api: httpx.Client) -> None:
    """The setting holds for later consents until a reset. Source: permissions.usual"""
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
    """A permission that the team left out is granted by no institution. Source: permissions.usual"""
    still.sandbox.configure(permissions=requested)
    opened = still.invite(institution_id=institution_id)

    still.sandbox.conclude(opened.session_id, "approved")

    (consent,) = still.sandbox.consents_of(opened.end_user_id)
    assert consent.permissions == covers


def test_a_consent_without_permissions_is_refused_in_python(still: Still) -> None:
    """If the console has no permission that the institution offers, the call is refused. Source: permissions.usual"""
    still.sandbox.configure(permissions=("usage",))

    with pytest.raises(
        UsageError, match=r"permissions include none that institution 88888 has: usage\. Configure permissions"
    ):
        still.consent("rosa")


def test_an_unknown_permission_is_named(still: Still) -> None:
    """The error suggests the nearest permission."""
    with pytest.raises(UnknownName, match="Did you mean 'payees'"):
        still.sandbox.configure(permissions=("payee",))


def test_each_permission_belongs_to_a_dataset() -> None:
    """Each permission can be synced, and its sync has its own event."""
    assert {dataset.permission or dataset.name for dataset in DATASETS.values() if dataset.permission is not None} == set(
        PERMISSIONS
    )
    assert len({dataset.event for dataset in DATASETS.values()}) == len(DATASETS)
