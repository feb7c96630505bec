"""Does an answer keep the contract: its status, its headers, its media type and its body, each judged by itself.

A *part* names what does not fit: ``status``, ``headers``, ``media type`` or ``body``. Bodies are judged with every object
closed, so that a field nobody described is seen.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.sandbox.openapi.documents import Document, document, interpretation_labels
from fiskil_harness.sandbox.openapi.operations import closed, decode_json, resolve, validator

STATUS, HEADERS, MEDIA_TYPE, BODY = "status", "headers", "media type", "body"
FAMILY_ERRORS = {"core": ("application/vnd.goa.error", "GoaError"), "data": ("application/json", "SimpleError")}
LONGEST = 200


class Response(Struct, frozen=True, kw_only=True):
    """One answer to be judged; ``path`` is the document's own, empty where the API knows no such endpoint."""

    method: str
    path: str
    version: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    family: str = "core"
    interpretations: Mapping[str, str] = {}


class Deviation(Struct, frozen=True, kw_only=True):
    """One part of an answer that the contract does not describe so."""

    place: str
    message: str


def deviations(answer: Response, *, is_open: bool = False) -> tuple[Deviation, ...]:
    """What in *answer* does not keep the contract, in the order of the parts; with *is_open* new fields are no deviation."""
    chosen = tuple(
        interpretation_label
        for interpretation_label in interpretation_labels()
        if answer.interpretations.get(interpretation_label[0]) == interpretation_label[1]
    )
    described = _response(answer, chosen)
    if described is None:
        return (Deviation(place=STATUS, message=f"{answer.status} is not described"),)
    found = _headers(answer, described)
    content: dict[str, Any] = described.get("content", {})
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not content:
        if media_type or answer.body:
            found.append(Deviation(place=BODY, message="there is a body where none is described"))
        return tuple(found)
    if media_type not in content:
        found.append(Deviation(place=MEDIA_TYPE, message=f"{media_type or 'none'} instead of {', '.join(content)}"))
        media_type = next(iter(content))
    key = (answer.version, chosen, msgspec.json.encode(content[media_type]["schema"]), is_open)
    found.extend(_body(answer.body, _check(*key)))
    return tuple(found)


def statuses(answer_document: Document, method: str, path: str) -> dict[str, str]:
    """Every status that an operation describes, with the evidence for it."""
    described = answer_document["paths"][path][method.lower()]
    evidence: dict[str, str] = described.get("x-evidence", {})
    return {status: evidence.get(status, "documented") for status in described["responses"]}


def _response(answer: Response, chosen: tuple[tuple[str, str], ...]) -> dict[str, Any] | None:
    whole = document(answer.version, dict(chosen))
    described = whole["paths"].get(answer.path, {}).get(answer.method.lower())
    if described is None:
        return _refusal(whole, answer) if answer.status in {404, 405} else None
    found = described["responses"].get(str(answer.status))
    if found is None or (
        described.get("x-evidence", {}).get(str(answer.status)) == "reading" and not answer.interpretations
    ):
        return None
    return resolve(whole, found)


def _refusal(whole: Document, answer: Response) -> dict[str, Any]:
    """What a path or a method that no operation has is answered: the error of its family."""
    media_type, schema = FAMILY_ERRORS[answer.family]
    headers = {"X-Fiskil-Version": whole["components"]["headers"]["Version"]}
    if answer.status == 405:
        headers["Allow"] = {"required": True, "schema": {"type": "string"}}
    return {"headers": headers, "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _headers(answer: Response, described: dict[str, Any]) -> list[Deviation]:
    whole = document(answer.version)
    found: list[Deviation] = []
    for name, header in described.get("headers", {}).items():
        wanted = resolve(whole, header)
        value = answer.headers.get(name.lower())
        if value is None:
            if wanted.get("required"):
                found.append(Deviation(place=HEADERS, message=f"{name} is missing"))
        elif "const" in wanted["schema"] and value != wanted["schema"]["const"]:
            found.append(Deviation(place=HEADERS, message=f"{name} is {value!r} instead of {wanted['schema']['const']!r}"))
    return found


def _body(body: bytes, check: Any) -> list[Deviation]:
    try:
        given = decode_json(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return [Deviation(place=BODY, message="it is no JSON")]
    found = []
    for error in check.iter_errors(given):
        place = "/" + "/".join(str(value) for value in error.instance_path)
        found.append(Deviation(place=BODY, message=f"{place}: {error.message}"[:LONGEST]))
    return found


@cache
def _check(version: str, chosen: tuple[tuple[str, str], ...], schema: bytes, is_open: bool) -> Any:
    whole = _whole(version, chosen, is_open)
    read = decode_json(schema)
    return validator(whole, read if is_open else closed(read))


@cache
def _whole(version: str, chosen: tuple[tuple[str, str], ...], is_open: bool) -> Document:
    whole = document(version, dict(chosen))
    return whole if is_open else {"components": {"schemas": closed(whole["components"]["schemas"])}}
