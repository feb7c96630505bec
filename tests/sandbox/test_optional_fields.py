"""Each optional field of the documented models appears for someone and is missing for someone else."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import PERMISSIONS
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.sandbox.openapi.operations import closed, resolve, validator
from fiskil_harness.sandbox.openapi.optional_fields import MODELS, model_of
from tests.sandbox.everyone import SEEDS, everyone, people
from tests.sandbox.still import Still

Field = tuple[str, str]
"""The path of an object from its model, and the name of one of its fields."""


def snake(name: str) -> str:
    """Return the name in snake case; some fields have two spellings. Source: energy.camel-keys"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("_1", "1").replace("_2", "2")


def optional_fields(schema: dict[str, Any], path: str) -> Iterator[Field]:
    """Yield each field that an object of *schema* may lack, at any depth."""
    schema = resolve(DOCUMENT, schema)
    if "items" in schema:
        yield from optional_fields(schema["items"], path)
    required = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        if name not in required:
            yield path, snake(name)
        yield from optional_fields(inner, f"{path}.{snake(name)}")


def objects(value: Any, schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each documented object in *value* with its path."""
    schema = resolve(DOCUMENT, schema)
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner, schema.get("items", {}), path)
    elif isinstance(value, dict):
        yield path, value
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from objects(value[name], inner, f"{path}.{snake(name)}")


@cache
def holders(seed: int) -> tuple[dict[Field, set[str]], dict[Field, set[str]]]:
    """Return the owners of objects with each optional field, and the owners of objects that lack it."""
    present, missing = defaultdict(set), defaultdict(set)
    optional: dict[str, set[str]] = defaultdict(set)
    for path, name in OPTIONAL:
        optional[path].add(name)
    served = [(owner, dataset, rows) for owner, data in everyone(seed).items() for dataset, rows in data.items()]
    for owner, dataset, rows in served:
        for path, instance in objects(rows, {"items": model_of(dataset)}, dataset):
            for name in optional[path]:
                (present if name in set(map(snake, instance)) else missing)[path, name].add(owner)
    return present, missing


DOCUMENT = document("v3", {})
OPTIONAL = tuple(dict.fromkeys(field for dataset in MODELS for field in optional_fields(model_of(dataset), dataset)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dataset", dict.fromkeys(path.partition(".")[0] for path, _ in OPTIONAL))
def test_an_optional_field_appears_for_some_and_is_missing_for_others(dataset: str, seed: int) -> None:
    """An app meets rows with and without each field, at any depth. Source: data.optional-fields"""
    present, missing = holders(seed)
    fields = [field for field in OPTIONAL if field[0].partition(".")[0] == dataset]

    assert [field for field in fields if not present[field]] == []
    assert [field for field in fields if not missing[field]] == []
    assert [field for field in fields if len(present[field] | missing[field]) < 2] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_ordinary_people_have_few_times_and_different_confidence(seed: int) -> None:
    """Most posted rows have only a posting time; all levels of confidence occur."""
    data = everyone(seed)
    rows = [
        row
        for person in people(seed)
        if person.optional_fields == "usual"
        for row in data[person.name].get("transactions", [])
    ]
    posted = [row for row in rows if row["status"] == "POSTED"]
    levels = Counter(row["category"]["confidence_level"] for row in rows)

    assert 0 < sum("value_date_time" in row for row in posted) < len(posted) / 4
    assert 0 < sum("execution_date_time" in row for row in posted) < len(posted) / 2
    assert levels.keys() == {"VERY_HIGH", "HIGH", "MEDIUM", "LOW"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bill_names_its_biller(seed: int) -> None:
    """A payment through BPAY has the biller and reference of the saved payee, a direct debit the number of the business."""
    data = everyone(seed)
    bills = [(data[name], row) for name in ("edna", "hana", "joel") for row in data[name]["transactions"] if "crn" in row]

    assert bills
    for owner, row in bills:
        saved = [payee["biller"] for payee in owner["payees"] if "biller" in payee]
        assert {name: row[name] for name in ("biller_code", "biller_name", "crn")} in saved
    debits = [row for row in data["hana"]["transactions"] if row["type"] == "DIRECT_DEBIT"]
    assert debits
    assert all(re.fullmatch(r"\d{6}", row["apca_number"]) for row in debits)


@pytest.mark.parametrize("name", ["every_field", "required_fields", "required_parts", "rosa"])
def test_rows_match_the_documented_models(name: str) -> None:
    """Added and removed fields leave each row valid, with no field that is not documented."""
    for dataset, rows in everyone(SEEDS[0])[name].items():
        check = validator(DOCUMENT, closed(resolve(DOCUMENT, model_of(dataset))))
        assert [error.message for row in rows for error in check.iter_errors(row)] == []


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
@pytest.mark.parametrize("name", ["every_field", "required_fields", "required_parts"])
def test_each_version_serves_these_people(still: Still, api: httpx.Client, name: str, version: str) -> None:
    """The conversion to an older version accepts rows with and without any optional field."""
    consent = still.everything(name)
    headers = {"X-Fiskil-Version": version}

    statuses = {
        path: api.get(f"/v1/{path}", params={"end_user_id": consent.end_user_id}, headers=headers).status_code
        for path in ("banking/accounts", "banking/transactions", "common/identity", "banking/payees", "banking/income")
    }

    assert set(statuses.values()) == {200}


def test_every_dataset_has_a_model() -> None:
    """A new dataset is counted too."""
    assert MODELS.keys() == PERMISSIONS.keys()
