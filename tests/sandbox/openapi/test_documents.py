"""The OpenAPI documents: valid for an independent validator, consistent with their examples, and complete."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import openapi_spec_validator
import pytest

from fiskil_harness.core.clauses import switches
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.errors import ConfigError
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.openapi.documents import document, interpretation_labels
from fiskil_harness.sandbox.openapi.operations import resolve
from fiskil_harness.sandbox.openapi.overlay import apply, segments
from tests.paths import FIXTURES

VERSIONS = ("v1", "v2", "v3")
METHODS = {"get", "post", "delete"}
FOLDER = FIXTURES / "openapi"


def operations(version: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation."""
    for path, item in document(version)["paths"].items():
        yield from ((method.upper(), path, value) for method, value in item.items() if method in METHODS)


def examples(version: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield a place, a schema and the example for it."""
    whole = document(version)
    for name, schema in whole["components"]["schemas"].items():
        yield from ((name, schema, value) for value in schema.get("examples", ()))
    for method, path, operation in operations(version):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{method} {path}", media["schema"], media["example"]
        for status, response in operation["responses"].items():
            for media in resolve(whole, response).get("content", {}).values():
                yield f"{method} {path} {status}", media["schema"], media["example"]
    for name, hook in whole["webhooks"].items():
        media = hook["post"]["requestBody"]["content"]["application/json"]
        yield name, media["schema"], media["example"]


@pytest.mark.parametrize("version", VERSIONS)
def test_each_document_is_valid(version: str) -> None:
    """An independent validator accepts it as OpenAPI 3.1."""
    openapi_spec_validator.validate(document(version))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("label", interpretation_labels(), ids="=".join)
def test_each_interpretation_gives_a_valid_document(version: str, label: tuple[str, str]) -> None:
    """Under each interpretation the document is valid."""
    clause, choice = label
    under = document(version, {clause: choice})

    openapi_spec_validator.validate(under)
    assert choice in switches()[clause].interpretations


@pytest.mark.parametrize("version", VERSIONS)
def test_examples_fit_their_schemas(version: str) -> None:
    """Examples of schemas, requests, responses and webhooks are valid for a validator that the sandbox does not use."""
    schemas = {"schemas": document(version)["components"]["schemas"]}
    all_examples = list(examples(version))

    wrong = [
        (place, error.message)
        for place, schema, example in all_examples
        for error in jsonschema.Draft202012Validator(
            {**schema, "components": schemas}, format_checker=jsonschema.FormatChecker()
        ).iter_errors(example)
    ]
    assert wrong == []
    assert len(all_examples) > 300


@pytest.mark.parametrize("version", VERSIONS)
def test_documents_and_routes_name_the_same_operations(version: str) -> None:
    """Method, path, name and scope of routes and operations are the same."""
    whole = document(version)
    described = {
        (method, path, operation["operationId"], str(operation.get("security", whole["security"])))
        for method, path, operation in operations(version)
    }

    assert described == {
        (
            route.method,
            route.path,
            route.name,
            str([] if route.is_open else [{"BearerToken": [route.scope] if route.scope else []}]),
        )
        for route in ROUTES
    }


def test_every_known_data_endpoint_is_described() -> None:
    """The document has all 22, with their odd paths, roots and required parameters."""
    described = {path for _, path, _ in operations("v3") if path.split("/")[2] in {"banking", "common", "energy"}}

    assert len(described) == 22
    assert {"/v1/banking/acccounts/direct-debits", "/v1/energy/invoice", "/v1/common/identity"} <= described
    products = document("v3")["paths"]["/v1/banking/products"]["get"]["parameters"]
    assert {"instituition_id"} <= {product.get("name") for product in products}


def test_every_event_is_a_webhook() -> None:
    """Each event type of Fiskil has a webhook with an example that contains its name."""
    hooks = document("v3")["webhooks"]

    assert set(hooks) == set(EVENT_KINDS)
    for name, hook in hooks.items():
        assert hook["post"]["requestBody"]["content"]["application/json"]["example"]["data"]["event"] == name


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_documents_its_errors(version: str) -> None:
    """Each operation documents bad requests, missing tokens, rate limits and server errors."""
    for method, path, operation in operations(version):
        required = {"400", "429", "500"} | ({"401"} if operation.get("security") else set())
        assert required <= set(operation["responses"]), f"{method} {path}"
        assert set(operation.get("x-evidence", {})) <= set(operation["responses"]), f"{method} {path}"


def test_versions_differ_as_in_the_upgrade_guide() -> None:
    """v2 and v3 differ only in core lists; v1 also in products, accounts, transactions and identity."""

    def differing(version: str, other: str) -> set[str]:
        schemas = document(version)["components"]["schemas"]
        other_schemas = document(other)["components"]["schemas"]
        return {name for name in schemas | other_schemas if schemas.get(name) != other_schemas.get(name)}

    assert differing("v2", "v3") == {"ListError"}
    assert differing("v1", "v2") == {
        "DepositRate", "Discount", "Feature", "Fee", "LendingRate", "OldExtendedData", "OldTransaction", "ProductDetail",
        "RateTier",
    }  # fmt: skip


def test_overlays_follow_the_standard() -> None:
    """Each overlay file has the standard's keys, extends an existing document, and each action does one thing."""
    for path in sorted((FOLDER / "overlays").glob("*.json")):
        overlay = json.loads(path.read_text(encoding="utf-8"))

        assert (overlay["overlay"], set(overlay)) == ("1.0.0", {"overlay", "info", "extends", "actions"}), path.name
        assert (path.parent / overlay["extends"]).exists()
        assert all(("update" in value) != ("remove" in value) for value in overlay["actions"])


def test_an_overlay_updates_and_removes() -> None:
    """An update merges into objects and replaces other values; a removal deletes the name."""
    whole = {"a": {"b": {"c": 1, "d": [1]}, "/x/{id}": {"e": True}}}
    actions = [
        {"target": "$.a.b", "update": {"c": 2, "d": [3], "f": {"g": 4}}},
        {"target": "$.a['/x/{id}'].e", "remove": True},
    ]

    assert apply(whole, actions) == {"a": {"b": {"c": 2, "d": [3], "f": {"g": 4}}, "/x/{id}": {}}}


@pytest.mark.parametrize("target", ["", "$", "a.b", "$.a[0]", "$..a", "$.a[*]"])
def test_a_target_names_one_place(target: str) -> None:
    """A target that selects many places, or none, is refused with the correct syntax."""
    with pytest.raises(ConfigError, match=r"does not name one place"):
        segments(target)


def test_a_target_that_does_not_exist_is_refused() -> None:
    """An overlay that no longer fits its base reports the missing name."""
    with pytest.raises(ConfigError, match=r"there is no 'b'"):
        apply({"a": {}}, [{"target": "$.a.b.c", "update": {}}])


def test_no_file_is_long() -> None:
    """Each file of the documents has at most 400 lines."""
    long = {path.name for path in FOLDER.rglob("*.json") if path.read_text(encoding="utf-8").count("\n") > 400}

    assert long == set()
