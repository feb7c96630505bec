"""Checks a response against the contract: its status, headers, media type and body, each separately.

Bodies are checked with ``additionalProperties: false`` in every object, so that an undescribed field is a deviation.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.sandbox.openapi.documents import Document, document, interpretation_labels
from fiskil_harness.sandbox.openapi.operations import closed, decode_json, resolve, validator

STATUS, HEADERS, MEDIA_TYPE, BODY = "status", "headers", "media type", "body"
FAMILY_ERRORS = {"core": ("application/vnd.goa.error", "GoaError"), "data": ("application/json", "SimpleError")}
LONGEST = 200


class Response(Struct, frozen=True, kw_only=True):
    """One response to check; ``path`` is the path template in the OpenAPI document, "" if there is no such endpoint."""

    method: str
    path: str
    version: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    family: str = "core"
    interpretations: Mapping[str, str] = {}


class Deviation(Struct, frozen=True, kw_only=True):
    """One deviation from the contract; ``place`` is ``status``, ``headers``, ``media type`` or ``body``."""

    place: str
    message: str


def deviations(response: Response) -> tuple[Deviation, ...]:
    """Return the deviations of *response* from the contract."""
    chosen = tuple(
        (clause_id, interpretation)
        for clause_id, interpretation in interpretation_labels()
        if response.interpretations.get(clause_id) == interpretation
    )
    described = _response(response, chosen)
    if described is None:
        return (Deviation(place=STATUS, message=f"{response.status} is not described"),)
    response_deviations = _headers(response, described)
    content: dict[str, Any] = described.get("content", {})
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not content:
        if media_type or response.body:
            response_deviations.append(Deviation(place=BODY, message="there is a body, but none is described"))
        return tuple(response_deviations)
    if media_type not in content:
        response_deviations.append(
            Deviation(place=MEDIA_TYPE, message=f"{media_type or 'none'} instead of {', '.join(content)}")
        )
        media_type = next(iter(content))
    check = _check(response.version, chosen, msgspec.json.encode(content[media_type]["schema"]))
    response_deviations.extend(_body(response.body, check))
    return tuple(response_deviations)


def statuses(api_document: Document, method: str, path: str) -> dict[str, str]:
    """Return the evidence of each status that an operation describes: documented, observed, assumed or reading.

    ``reading`` means that the status occurs only under an alternative interpretation.
    """
    described = api_document["paths"][path][method.lower()]
    evidence: dict[str, str] = described.get("x-evidence", {})
    return {status: evidence.get(status, "documented") for status in described["responses"]}


def _response(response: Response, chosen: tuple[tuple[str, str], ...]) -> dict[str, Any] | None:
    whole = document(response.version, dict(chosen))
    described = whole["paths"].get(response.path, {}).get(response.method.lower())
    if described is None:
        return _refusal(whole, response) if response.status in {404, 405} else None
    described_response = described["responses"].get(str(response.status))
    if described_response is None or (
        described.get("x-evidence", {}).get(str(response.status)) == "reading" and not response.interpretations
    ):
        return None
    return resolve(whole, described_response)


def _refusal(whole: Document, response: Response) -> dict[str, Any]:
    """Return the description of the response to an unknown path or method: the error format of the endpoint's family."""
    media_type, schema = FAMILY_ERRORS[response.family]
    headers = {"X-Fiskil-Version": whole["components"]["headers"]["Version"]}
    if response.status == 405:
        headers["Allow"] = {"required": True, "schema": {"type": "string"}}
    return {"headers": headers, "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _headers(response: Response, described: dict[str, Any]) -> list[Deviation]:
    whole = document(response.version)
    header_deviations: list[Deviation] = []
    for name, header in described.get("headers", {}).items():
        expected = resolve(whole, header)
        value = response.headers.get(name.lower())
        if value is None:
            if expected.get("required"):
                header_deviations.append(Deviation(place=HEADERS, message=f"{name} is missing"))
        elif "const" in expected["schema"] and value != expected["schema"]["const"]:
            message = f"{name} is {value!r} instead of {expected['schema']['const']!r}"
            header_deviations.append(Deviation(place=HEADERS, message=message))
    return header_deviations


def _body(body: bytes, check: Any) -> list[Deviation]:
    try:
        value = decode_json(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return [Deviation(place=BODY, message="it is not JSON")]
    body_deviations = []
    for error in check.iter_errors(value):
        place = "/" + "/".join(str(key) for key in error.instance_path)
        body_deviations.append(Deviation(place=BODY, message=f"{place}: {error.message}"[:LONGEST]))
    return body_deviations


@lru_cache(maxsize=128)
def _check(version: str, chosen: tuple[tuple[str, str], ...], schema: bytes) -> Any:
    """Return a validator. It takes more than a megabyte, so only the latest ones are kept."""
    return validator(_whole(version, chosen), closed(decode_json(schema)))


@cache
def _whole(version: str, chosen: tuple[tuple[str, str], ...]) -> Document:
    return {"components": {"schemas": closed(document(version, dict(chosen))["components"]["schemas"])}}
