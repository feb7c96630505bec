"""Rows of people whose institutions send every optional field of the documented models, or few or none of them.

The fields come from the OpenAPI document, so a new optional field is included without a change here.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from fiskil_harness.core.identifiers import abn_of, crn_of
from fiskil_harness.sandbox.openapi.documents import Document, document
from fiskil_harness.sandbox.openapi.operations import resolve

# Theory of operation
#
# `filled` adds each field that an object lacks, with the example of its schema. `bare` removes each optional field. An
# alternative is never added beside another one: a union's field `..._u_type` names the only member that is present, and
# `_GROUPS` lists the fields that exclude one another without such a name. The document also lists a second spelling of some
# fields (`singleRate` and `single_rate`); they count as one field.

MODELS = {
    "accounts": "BankAccount",
    "balances": "BankBalance",
    "transactions": "Transaction",
    "payees": "Payee",
    "direct_debits": "DirectDebit",
    "scheduled_payments": "ScheduledPayment",
    "energy_accounts": "EnergyAccount",
    "energy_balances": "EnergyBalance",
    "usage": "Usage",
    "billing": "Billing",
    "invoices": "Invoice",
    "concessions": "Concession",
    "service_points": "ServicePoint",
    "der": "Der",
    "payment_schedule": "PaymentSchedule",
    "identity": "Identity",
}
"""The model of each dataset's rows in the OpenAPI document."""

_GROUPS = (
    frozenset({"electricity_contract", "gas_contract"}),
    frozenset({"electricity", "gas"}),
    frozenset({"amount", "percentage"}),
)
_VERSION = "v3"
_NUMBERED = re.compile(r"_(?=\d)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_TEXTS = {
    "abn": abn_of("001234564"),
    "acn": "001234564",
    "arbn": "001234564",
    "beneficiary_bank_bic": "EXAMNZ2A",
    "country": "AUS",
    "crn": crn_of("400627361"),
    "currency": "AUD",
    "original_loan_currency": "AUD",
    "postcode": "2204",
    "rate_type": "TRANSACTION",
    "state": "NSW",
}
"""Examples of texts with a form that the document does not state."""

Schema = dict[str, Any]


def model_of(dataset: str) -> Schema:
    """Return the schema of a dataset's rows."""
    return {"$ref": f"#/components/schemas/{MODELS[dataset]}"}


def filled(value: Any, schema: Schema) -> Any:
    """Return *value* with each documented field that it lacks; a list gets one element for each alternative."""
    schema = _resolved(schema)
    if isinstance(value, list):
        examples = samples(schema.get("items", {}))
        return [filled(element, schema.get("items", {})) for element in value] + (
            examples if not value or len(examples) > 1 else []
        )
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    taken = {_snake(name) for name in value} | _alternatives(properties)
    taken |= {name for group in _GROUPS if group & value.keys() for name in group}
    added = {name: samples(inner, name)[0] for name, inner in properties.items() if _snake(name) not in taken}
    return {name: filled(inner, properties.get(name, {})) for name, inner in value.items()} | added


def bare(value: Any, schema: Schema, *, depth: int) -> Any:
    """Return *value* without optional fields; optional objects and lists stay to *depth*, with their required fields."""
    schema = _resolved(schema)
    if isinstance(value, list):
        return [bare(element, schema.get("items", {}), depth=depth) for element in value]
    if not isinstance(value, dict):
        return value
    kept = set(schema.get("required", ())) | {str(value[name]) for name in schema.get("required", ()) if _is_union(name)}
    return {
        name: bare(inner, schema.get("properties", {}).get(name, {}), depth=depth - 1)
        for name, inner in value.items()
        if {name, _camel(name)} & kept or (depth > 0 and (_is_part(inner) or _is_union(name)))
    }


def _is_part(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(element, dict) for element in value))


@cache
def _samples_of(name: str) -> list[Any]:
    return list(_samples(_document()["components"]["schemas"][name]))


def samples(schema: Schema, name: str = "") -> list[Any]:
    """Return examples of the field *name* with a schema; there are several if the schema has alternatives."""
    reference = schema.get("$ref", "").rpartition("/")[2]
    return _samples_of(reference) if reference else list(_samples(schema, name))


def _samples(schema: Schema, name: str = "") -> Iterator[Any]:
    if "properties" in schema:
        yield from _objects(schema["properties"])
    elif schema.get("type") == "array":
        yield samples(schema["items"], name)
    elif schema.get("type") == "object":
        yield {}
    else:
        yield _scalar(schema, name)


def _objects(properties: dict[str, Schema]) -> Iterator[dict[str, Any]]:
    """Yield complete objects, as many as it takes for each alternative of each field to occur."""
    unions = {name: inner["enum"] for name, inner in properties.items() if _is_union(name) and "enum" in inner}
    groups = [sorted(group) for group in _GROUPS if len(group & properties.keys()) > 1]
    spelled: dict[str, str] = {}
    for name in properties:
        spelled.setdefault(_snake(name), name)
    columns = {name: samples(properties[name], name) for name in spelled.values()}
    rounds = max([len(values) for values in unions.values()] + [len(group) for group in groups] + [1])
    for at in range(rounds * max(map(len, columns.values()), default=1)):
        chosen = {name: values[at % len(values)] for name, values in unions.items()}
        others = {_snake(value) for values in unions.values() for value in values} - set(map(_snake, chosen.values()))
        others |= {name for group in groups for name in group if name != group[at % len(group)]}
        yield {
            name: chosen.get(name, column[at // rounds % len(column)])
            for name, column in columns.items()
            if _snake(name) not in others
        }


def _scalar(schema: Schema, name: str) -> Any:
    if "const" in schema:
        return schema["const"]
    given = [*schema.get("enum", ()), *schema.get("examples", ()), *([schema["example"]] if "example" in schema else [])]
    if given:
        return given[0]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "string":
        link = f"https://www.example.com/{name}" if name.endswith("uri") else ""
        return _TEXTS.get(name) or link or name.replace("_", " ").capitalize() or "Example"
    return {"boolean": True, "integer": 1, "number": 1.0}.get(kind)


def _alternatives(properties: dict[str, Schema]) -> set[str]:
    """Return the members of the unions in *properties*, and the fields that name the present member."""
    unions = [name for name in properties if _is_union(name)]
    return {*unions, *(_snake(value) for name in unions for value in properties[name].get("enum", ()))}


def _is_union(name: str) -> bool:
    return name.endswith(("_u_type", "_utype"))


def _snake(name: str) -> str:
    return _NUMBERED.sub("", _HUMP.sub("_", name).lower())


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _resolved(schema: Schema) -> Schema:
    return resolve(_document(), schema)


def _document() -> Document:
    return document(_VERSION)
