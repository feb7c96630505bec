"""Reads and checks the files of people in ``fixtures/end_users``.

A file with ``like = "rosa"`` inherits accounts, energy accounts, history and organisation from the file ``rosa.toml``,
except those that it sets itself.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from fiskil_harness.core.identifiers import is_abn, is_acn
from fiskil_harness.core.model import OUTCOMES, PERMISSIONS, Person
from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.core.model.people import AccountSpec, Movement, Organisation
from fiskil_harness.errors import ConfigError, nearest

OPTIONAL_FIELDS = ("usual", "every", "parts", "none")
OWNERSHIPS = ("ONE_PARTY", "TWO_PARTY", "MANY_PARTY", "OTHER", "UNKNOWN")
OPEN_STATUSES = ("OPEN", "CLOSED")
REPAYMENTS = ("PRINCIPAL_AND_INTEREST", "INTEREST_ONLY", "OTHER", "UNCONSTRAINED")
CATEGORIES = (
    "BUSINESS_LOANS",
    "CRED_AND_CHRG_CARDS",
    "LEASES",
    "MARGIN_LOANS",
    "OVERDRAFTS",
    "PERS_LOANS",
    "REGULATED_TRUST_ACCOUNTS",
    "RESIDENTIAL_MORTGAGES",
    "TERM_DEPOSITS",
    "TRADE_FINANCE",
    "TRANS_AND_SAVINGS_ACCOUNTS",
    "TRAVEL_CARDS",
)
INHERITED = ("accounts", "energy", "history_days", "organisation")
_SHAPES: dict[str, type[msgspec.Struct]] = {
    "": Person,
    "accounts": AccountSpec,
    "accounts.moves": Movement,
    "energy": EnergyAccountSpec,
    "organisation": Organisation,
}
_MONEY = re.compile(r"-?\d+\.\d\d")
_DIGITS = re.compile(r"\d{4}")


def people(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Person]:
    """Return every person by name. *files* maps the name of each file, without its ending, to the parsed content.

    Raises:
        ConfigError: A field or value is invalid, two people have the same e-mail address, or joint holders do not match.
    """
    read = {name: _person(name, _with_inherited(name, raw, files)) for name, raw in files.items()}
    addresses: dict[str, str] = {}
    for name, person in read.items():
        other = addresses.setdefault(person.email.lower(), name)
        if other != name:
            raise _wrong(name, f"has the e-mail address of {other!r}, {person.email!r}. Each address belongs to one person.")
        for spec in person.accounts:
            _check_holder(name, spec, read)
    return read


def _with_inherited(name: str, raw: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    own = {"name": name, **raw}
    like = own.pop("like", None)
    if like is None:
        return own
    if like not in files or "like" in files[like]:
        raise _wrong(name, _unknown("like", like, [other for other, file in files.items() if "like" not in file]))
    return {**{field: files[like][field] for field in INHERITED if field in files[like]}, **own}


def _person(name: str, raw: dict[str, Any]) -> Person:
    _refuse_unknown_fields(name, raw, "")
    try:
        person = msgspec.convert(raw, Person)
    except msgspec.ValidationError as error:
        raise _wrong(name, f"does not match the schema: {str(error).replace('`', '')}.") from None
    for place, value, known in _choices(person):
        if value not in known:
            raise _wrong(name, _unknown(place, value, known))
    for complaint in _complaints(person):
        raise _wrong(name, complaint)
    return person


def _refuse_unknown_fields(name: str, raw: Any, place: str) -> None:
    shape = _SHAPES.get(place)
    if shape is None or not isinstance(raw, dict):
        return
    for field, value in raw.items():
        if field not in shape.__struct_fields__:
            raise _wrong(name, _unknown("field", field, shape.__struct_fields__))
        for entry in value if isinstance(value, list) else [value]:
            _refuse_unknown_fields(name, entry, f"{place}.{field}".lstrip("."))


def _choices(person: Person) -> Iterable[tuple[str, str, Iterable[str]]]:
    """Yield the field, the value and the allowed values for each field that has a fixed set of values."""
    yield "outcome", person.outcome, OUTCOMES
    yield "optional_fields", person.optional_fields, OPTIONAL_FIELDS
    for name in (*person.withholds, *person.first_sync_fails):
        yield "permission", name, PERMISSIONS
    for spec in person.accounts:
        yield "category", spec.category, CATEGORIES
        yield "ownership", spec.ownership, OWNERSHIPS
        yield "open_status", spec.open_status, OPEN_STATUSES
        yield "repayment_type", spec.repayment_type, REPAYMENTS


def _complaints(person: Person) -> Iterable[str]:
    keys = [*(spec.key for spec in person.accounts), *(spec.key for spec in person.energy)]
    yield from (f"has two accounts with the key {key!r}. Keys are unique." for key in keys if keys.count(key) > 1)
    days = (person.history_days, 1 if person.revokes_after_days is None else person.revokes_after_days)
    if min(days) < 1 or person.first_sync_after_minutes < 0:
        yield "has a number of days or minutes that is too small. Days count from 1, minutes from 0."
    for spec in person.accounts:
        yield from _account_complaints(spec)
    if person.organisation is not None:
        yield from _business_complaints(person.organisation)


def _account_complaints(spec: AccountSpec) -> Iterable[str]:
    opens, closes = spec.opens_on_day, spec.closes_on_day
    if opens is not None and closes is not None and closes <= opens:
        yield f"closes the account {spec.key!r} on day {closes}, before it opens on day {opens}."
    if (spec.joint_with is not None) is not (spec.ownership == "TWO_PARTY"):
        yield f"has {spec.key!r} with ownership {spec.ownership} and joint_with {spec.joint_with!r}. TWO_PARTY needs both."
    if spec.lodged_days_ago < 0 or spec.term_days < 1:
        yield f"has the deposit {spec.key!r} with lodged_days_ago or term_days too small. They count from 0 and 1."
    for amount in (spec.opening, spec.credit_limit or "0.00", *(move.amount for move in spec.moves)):
        if not _MONEY.fullmatch(amount):
            yield f"has an amount {amount!r} in {spec.key!r}. Amounts are text with two decimals, such as '-12.50'."
    for move in spec.moves:
        if move.every_days < 1 or move.first_day < 0:
            yield f"has every_days {move.every_days}, first_day {move.first_day} in {spec.key!r}. They count from 1 and 0."
        if move.mcc is not None and not _DIGITS.fullmatch(move.mcc):
            yield f"has a merchant category {move.mcc!r} in {spec.key!r}. It has four digits."


def _business_complaints(business: Organisation) -> Iterable[str]:
    if not is_abn(business.abn):
        yield f"has an invalid abn {business.abn!r}. An ABN has eleven digits with a checksum."
    if business.acn is not None and not is_acn(business.acn):
        yield f"has an invalid acn {business.acn!r}. An ACN has nine digits with a check digit."
    elif business.acn is not None and not business.abn.endswith(business.acn):
        yield f"has the acn {business.acn!r} and the abn {business.abn!r}. The ABN of a company ends with its ACN."
    try:
        date.fromisoformat(business.established)
    except ValueError:
        yield f"has an invalid date established {business.established!r}. Write a date such as '2015-07-01'."


def _check_holder(name: str, spec: AccountSpec, read: Mapping[str, Person]) -> None:
    """Raise ConfigError unless the files of both holders describe a joint account with the same values."""
    if spec.joint_with is None:
        return
    if spec.joint_with not in read or spec.joint_with == name:
        raise _wrong(name, _unknown("joint_with", spec.joint_with, [other for other in read if other != name]))
    theirs = [account for account in read[spec.joint_with].accounts if account.key == spec.key]
    if [msgspec.structs.replace(their, joint_with=spec.joint_with) for their in theirs] != [spec]:
        raise _wrong(name, f"holds {spec.key!r} with {spec.joint_with!r}, whose file does not describe the same account.")


def _unknown(field: str, value: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = nearest(value, names)
    return f"has an unknown {field}: {value!r}. {f'Did you mean {near!r}? ' if near else ''}Known: {', '.join(names)}."


def _wrong(name: str, problem: str) -> ConfigError:
    return ConfigError(f"The file {name}.toml of a person {problem}")
