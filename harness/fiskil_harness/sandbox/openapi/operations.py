"""One operation of the contract, compiled when it is first called: its parameters, its body, its answers."""

from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.sandbox.openapi.documents import Document

JSON = "application/json"


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter of a query. ``kind`` is the schema's type; ``refusal`` what is said when a value does not fit."""

    name: str
    kind: str
    is_required: bool
    check: Any
    refusal: str = ""


class Operation(Struct, frozen=True, kw_only=True):
    """What an operation takes; what it answers stays in ``described`` until somebody judges an answer."""

    described: dict[str, Any]
    queries: tuple[Parameter, ...]
    body: Any = None


def compile_operation(document: Document, method: str, path: str) -> Operation | None:
    """The operation at *method* and *path*, the path as the document writes it; None where it describes none."""
    item = document["paths"].get(path, {})
    described = item.get(method.lower())
    if described is None:
        return None
    parameters = [resolve(document, value) for value in (*item.get("parameters", ()), *described.get("parameters", ()))]
    # A parameter with x-clause is in doubt: its handler judges it by the reading that rules.
    queries = tuple(
        _parameter(document, parameter)
        for parameter in parameters
        if parameter["in"] == "query" and "x-clause" not in parameter
    )
    return Operation(described=described, queries=queries, body=_body(document, described))


def resolve(document: Document, node: dict[str, Any]) -> dict[str, Any]:
    """What *node* refers to, or *node* itself."""
    while "$ref" in node:
        found: Any = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def validator(document: Document, schema: dict[str, Any]) -> Any:
    """A validator of *schema*, whose references lead into *document*."""
    import jsonschema_rs

    whole = {**schema, "components": {"schemas": document["components"]["schemas"]}}
    # The mask keeps what was sent, secrets included, out of the messages.
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True, mask="the value")


def closed(schema: Any) -> Any:
    """*schema* with every object closed that names its properties."""
    if isinstance(schema, list):
        return [closed(value) for value in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        name: value if name in {"examples", "example", "enum", "const"} else closed(value) for name, value in schema.items()
    }
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        inner.setdefault("additionalProperties", False)
    return inner


def _parameter(document: Document, one: dict[str, Any]) -> Parameter:
    schema = resolve(document, one["schema"])
    is_array = schema.get("type") == "array"
    return Parameter(
        name=one["name"],
        kind=schema.get("type", "string"),
        is_required=one.get("required", False),
        check=validator(document, schema["items"] if is_array else schema).is_valid,
        refusal=one.get("x-refusal", ""),
    )


def _body(document: Document, described: dict[str, Any]) -> Any:
    asked = described.get("requestBody")
    if asked is None:
        return None
    schema = resolve(document, asked["content"][JSON]["schema"])
    # What is in doubt is for the handler to judge, by the reading that rules.
    doubts = set(schema.get("x-doubts", ()))
    required = [name for name in schema.get("required", ()) if name not in doubts]
    return validator(document, {**schema, "required": required})


def fields_of(error: Any) -> str:
    """Where in a body an error is, as the path of its field."""
    return ".".join(str(value) for value in error.instance_path)


decode_json = msgspec.json.Decoder().decode
