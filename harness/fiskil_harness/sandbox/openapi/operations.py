"""One operation of the contract, compiled when it is first called: its parameters, body and responses."""

from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.sandbox.openapi.documents import Document

JSON = "application/json"


class Parameter(Struct, frozen=True, kw_only=True):
    """One query parameter.

    ``kind`` is the type of its schema, ``validator`` validates one value, and ``refusal`` is the message for a value that
    does not fit.
    """

    name: str
    kind: str
    is_required: bool
    validator: Any
    refusal: str = ""


class Operation(Struct, frozen=True, kw_only=True):
    """The input of an operation; its responses stay in ``described`` until a response is validated."""

    described: dict[str, Any]
    queries: tuple[Parameter, ...]
    body: Any = None


def compile_operation(document: Document, method: str, path: str) -> Operation | None:
    """Return the operation at *method* and *path* (as the document writes it); None if the document has none."""
    item = document["paths"].get(path, {})
    described = item.get(method.lower())
    if described is None:
        return None
    parameters = [resolve(document, value) for value in (*item.get("parameters", ()), *described.get("parameters", ()))]
    # Fiskil's documentation is unclear about a parameter with x-clause; the handler checks it as currently interpreted.
    queries = tuple(
        _parameter(document, parameter)
        for parameter in parameters
        if parameter["in"] == "query" and "x-clause" not in parameter
    )
    return Operation(described=described, queries=queries, body=_body(document, described))


def resolve(document: Document, node: dict[str, Any]) -> dict[str, Any]:
    """Return the node to which the ``$ref`` of *node* points, or *node* itself if it has no ``$ref``."""
    while "$ref" in node:
        target: Any = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def validator(document: Document, schema: dict[str, Any]) -> Any:
    """Return a validator of *schema*, whose references point into *document*."""
    import jsonschema_rs

    whole = {**schema, "components": {"schemas": document["components"]["schemas"]}}
    # The mask keeps request values, secrets included, out of the messages.
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True, mask="the value")


def closed(schema: Any) -> Any:
    """Return *schema* with ``additionalProperties: false`` in every object that lists its properties."""
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


def _parameter(document: Document, parameter: dict[str, Any]) -> Parameter:
    schema = resolve(document, parameter["schema"])
    is_array = schema.get("type") == "array"
    return Parameter(
        name=parameter["name"],
        kind=schema.get("type", "string"),
        is_required=parameter.get("required", False),
        validator=validator(document, schema["items"] if is_array else schema),
        refusal=parameter.get("x-refusal", ""),
    )


def _body(document: Document, described: dict[str, Any]) -> Any:
    request_body = described.get("requestBody")
    if request_body is None:
        return None
    schema = resolve(document, request_body["content"][JSON]["schema"])
    # Fiskil's documentation is unclear about these fields; the handler checks them as currently interpreted.
    doubts = set(schema.get("x-doubts", ()))
    required = [name for name in schema.get("required", ()) if name not in doubts]
    properties = {
        name: _without_pattern(document, value) if name in doubts else value
        for name, value in schema.get("properties", {}).items()
    }
    return validator(document, {**schema, "required": required, "properties": properties})


def _without_pattern(document: Document, schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resolve(document, schema).items() if name != "pattern"}


def fields_of(error: Any) -> str:
    """Return the path of the field that a validation error is about, such as ``a.b``; empty for the whole value."""
    return ".".join(str(value) for value in error.instance_path)


decode_json = msgspec.json.Decoder().decode
