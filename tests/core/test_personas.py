"""Files of people: an invalid file is refused with a message that names the nearest match."""

from typing import Any

import pytest

from fiskil_harness.core import identifiers, personas
from fiskil_harness.errors import ConfigError

ACCOUNT = {"key": "a", "name": "A"}
MOVE = {"amount": "-1.00", "every_days": 1, "merchant": "M", "description": "M"}
BUSINESS = {"legal_name": "L", "business_name": "B", "abn": "88036426212"}


def file(**fields: Any) -> dict[str, Any]:
    """Return the content of a person's valid file, changed by *fields*."""
    valid = {
        "given_name": "Ada",
        "family_name": "Stone",
        "email": "ada@example.com",
        "phone": "+61491570156",
        "why": "for tests",
    }
    return {**valid, **fields}


def account(**fields: Any) -> list[dict[str, Any]]:
    """Return the accounts of a file: one account, changed by *fields*."""
    return [{**ACCOUNT, **fields}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"emial": "x"}, "has an unknown field: 'emial'. Did you mean 'email'?"),
        ({"accounts": account(nmae="x")}, "has an unknown field: 'nmae'. Did you mean 'name'?"),
        ({"accounts": account(moves=[{**MOVE, "merchnat": "x"}])}, "Did you mean 'merchant'?"),
        ({"energy": [{"key": "e", "name": "E", "plan": "x"}]}, "Did you mean 'plan_id'?"),
        ({"organisation": {**BUSINESS, "abm": "x"}}, "Did you mean 'abn'?"),
        ({"history_days": "ninety"}, "does not match the schema: Expected int, got str"),
        ({"outcome": "declined"}, "has an unknown outcome: 'declined'. Did you mean 'denied'?"),
        ({"withholds": ["transaction"]}, "Did you mean 'transactions'?"),
        ({"first_sync_fails": ["balance"]}, "Did you mean 'balances'?"),
        ({"accounts": account(category="TERM_DEPOSIT")}, "Did you mean 'TERM_DEPOSITS'?"),
        ({"accounts": account(ownership="TWO_PARTIES")}, "Did you mean 'TWO_PARTY'?"),
        ({"accounts": account(open_status="CLOSE")}, "Did you mean 'CLOSED'?"),
        ({"accounts": account(repayment_type="INTEREST")}, "Did you mean 'INTEREST_ONLY'?"),
        ({"accounts": [ACCOUNT, ACCOUNT]}, "has two accounts with the key 'a'"),
        ({"history_days": 0}, "Days count from 1"),
        ({"revokes_after_days": 0}, "Days count from 1"),
        ({"first_sync_after_minutes": -1}, "minutes from 0"),
        (
            {"accounts": account(opens_on_day=3, closes_on_day=3)},
            "closes the account 'a' on day 3, before it opens on day 3",
        ),
        ({"accounts": account(ownership="TWO_PARTY")}, "TWO_PARTY needs both"),
        ({"accounts": account(joint_with="ben")}, "has 'a' with ownership ONE_PARTY and joint_with 'ben'"),
        ({"accounts": account(lodged_days_ago=-1)}, "lodged_days_ago or term_days too small"),
        ({"accounts": account(term_days=0)}, "lodged_days_ago or term_days too small"),
        ({"accounts": account(opening="12")}, "has an amount '12' in 'a'"),
        ({"accounts": account(credit_limit="a lot")}, "has an amount 'a lot' in 'a'"),
        ({"accounts": account(moves=[{**MOVE, "amount": "-1.5"}])}, "'-1.5'"),
        ({"accounts": account(moves=[{**MOVE, "every_days": 0}])}, "every_days"),
        ({"accounts": account(moves=[{**MOVE, "mcc": "541"}])}, "has a merchant category '541'"),
        ({"organisation": {**BUSINESS, "abn": "88036426213"}}, "has an invalid abn '88036426213'"),
        ({"organisation": {**BUSINESS, "established": "last May"}}, "has an invalid date established 'last May'"),
        ({"like": "bne"}, "has an unknown like: 'bne'. Did you mean 'ben'?"),
        ({"accounts": account(ownership="TWO_PARTY", joint_with="bne")}, "has an unknown joint_with: 'bne'"),
        ({"accounts": account(ownership="TWO_PARTY", joint_with="ben")}, "whose file does not describe the same account"),
        ({"email": "BEN@example.com"}, "has the e-mail address of 'ben'"),
    ],
)
def test_an_invalid_file_is_refused(fields: dict[str, Any], expected: str) -> None:
    """The message names the file, the error and the nearest match in at most four sentences."""
    files = {"ben": file(email="ben@example.com"), "ada": file(**fields)}

    with pytest.raises(ConfigError) as raised:
        personas.people(files)

    message = str(raised.value)
    assert message.startswith("The file ada.toml of a person ")
    assert expected in message
    assert message.count(". ") <= 3


def test_a_file_may_inherit_from_another() -> None:
    """``like`` inherits accounts and history; names, addresses and values in the file itself take precedence."""
    files = {
        "ben": file(email="ben@example.com", accounts=account(), history_days=7),
        "ada": file(like="ben", outcome="denied", history_days=9),
    }

    ada = personas.people(files)["ada"]

    assert ([account.key for account in ada.accounts], ada.history_days, ada.outcome, ada.email) == (
        ["a"],
        9,
        "denied",
        "ada@example.com",
    )


def test_a_file_cannot_inherit_from_a_file_that_inherits() -> None:
    """Inheritance has one level, so that a reader looks into one other file at most."""
    files = {"ben": file(email="b@example.com"), "cai": file(email="c@example.com", like="ben"), "ada": file(like="cai")}

    with pytest.raises(ConfigError, match="unknown like: 'cai'"):
        personas.people(files)


def test_both_holders_files_describe_a_joint_account() -> None:
    """The two descriptions are equal except for the name of the other holder."""
    joint = {"ownership": "TWO_PARTY", "opening": "5.00"}
    files = {
        "ben": file(email="ben@example.com", accounts=account(**joint, joint_with="ada")),
        "ada": file(accounts=account(**joint, joint_with="ben")),
    }

    people = personas.people(files)
    ada, ben = people["ada"], people["ben"]

    assert ada.holder_of(ada.accounts[0]) == ben.holder_of(ben.accounts[0]) == "ada&ben"
    files["ben"]["accounts"][0]["opening"] = "6.00"
    with pytest.raises(ConfigError, match="does not describe the same account"):
        personas.people(files)


@pytest.mark.parametrize(
    ("number", "expected"),
    [("51824753556", True), ("51824753557", False), ("5182475355", False), ("01824753556", False), ("5182475355x", False)],
)
def test_the_checksum_of_a_business_number_is_verified(number: str, expected: bool) -> None:
    """An ABN has eleven digits whose weighted sum is a multiple of 89; the valid example is the tax office's own."""
    assert identifiers.is_abn(number) is expected
