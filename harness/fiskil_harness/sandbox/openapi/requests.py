"""Validation of requests against the contract; a request that does not fit gets the documented 400.

Error messages that Fiskil is known to send are in the document as ``x-refusal``. An empty query value counts as absent.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.wire import ApiRequest
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.sandbox.openapi.operations import Operation, Parameter, compile_operation, decode_json, fields_of
from fiskil_harness.sandbox.problems import ApiProblem, UnfitRequest, bad_request, invalid_request

_INTEGER = re.compile(r"[0-9]+", re.ASCII)
Problem = Callable[[str], ApiProblem]
"""Returns the 400 of a route's family, with a message."""
_WORDS = {"true": True, "false": False}


class Requests:
    """Validates requests against the documents under the current interpretations."""

    def __init__(self) -> None:
        self._interpretations: Interpretations | None = None
        self._chosen: tuple[tuple[str, str], ...] = ()
        self._operations: dict[tuple[str, str], Operation | None] = {}

    def require(self, route: ApiRoute, request: ApiRequest, interpretations: Interpretations) -> None:
        """Raise ApiProblem unless *request* fits the contract.

        Raises:
            ApiProblem: 400, the request does not fit the contract.

        Source: errors.goa, errors.simple, errors.unfit-request
        """
        if interpretations is not self._interpretations:
            self._interpretations, self._chosen, self._operations = (
                interpretations,
                tuple(interpretations.chosen.items()),
                {},
            )
        key = (request.version, route.name)
        if key not in self._operations:
            self._operations[key] = _compiled(request.version, self._chosen, route.method, route.path)
        operation = self._operations[key]
        if operation is None:
            return
        problem = invalid_request if route.family == "data" else bad_request
        values_by_name: dict[str, list[str]] = {}
        for name, value in request.query:
            if value:
                values_by_name.setdefault(name, []).append(value)
        for parameter in operation.queries:
            _require_query(parameter, values_by_name.get(parameter.name), problem)
        if operation.body is not None:
            _require_body(operation.body, request.body, problem)


@lru_cache(maxsize=1024)
def _compiled(version: str, chosen: tuple[tuple[str, str], ...], method: str, path: str) -> Operation | None:
    """Return an operation, compiled at its first call and shared by all sandboxes of this process."""
    return compile_operation(document(version, dict(chosen)), method, path)


def _require_query(parameter: Parameter, values: list[str] | None, problem: Problem) -> None:
    """Raise UnfitRequest unless *values* of a query parameter fit; None means that it is absent."""
    name = parameter.name
    if values is None:
        if parameter.is_required:
            words = f"missing required query parameter: {name}"
            raise _unfit(problem(words), "missing_field", f'"{name}" is missing from query string')
        return
    # If a parameter is repeated, its last value counts, unless the parameter is a list.
    for value in values if parameter.kind == "array" else values[-1:]:
        typed = _typed(value, parameter.kind)
        if not parameter.validator.is_valid(typed):
            words = parameter.refusal or f"invalid {name}: it does not fit the parameter's schema"
            raise _unfit(problem(words), *_goa(next(parameter.validator.iter_errors(typed)), name))


def _typed(text: str, kind: str) -> Any:
    if kind == "integer" and _INTEGER.fullmatch(text):
        # Python refuses to parse thousands of digits; no limit in the contract has as many as eighteen.
        return int(text.lstrip("0")[:18] or "0")
    return _WORDS.get(text, text) if kind == "boolean" else text


def _require_body(check: Any, body: bytes, problem: Problem) -> None:
    try:
        value = decode_json(body or b"null")
        error = None if check.is_valid(value) else next(iter(check.iter_errors(value)), None)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as decoding_error:
        reason = "nested too deeply" if isinstance(decoding_error, RecursionError) else str(decoding_error).replace("`", "'")
        raise _unfit(problem(f"invalid request body: {reason}"), "decode_payload", reason) from None
    if error is not None:
        place = fields_of(error)
        where = f" at {place}" if place else ""
        refused = problem(f"invalid request body{where}: {error.message}")
        goa = _goa(error, f"body.{place}" if place else "body")
        raise _unfit(refused, *(goa if body else ("missing_payload", "missing required payload")))


def _unfit(problem: ApiProblem, goa_name: str, goa_message: str) -> UnfitRequest:
    return UnfitRequest(problem, goa_name=goa_name, goa_message=goa_message)


def _goa(error: Any, place: str) -> tuple[str, str]:
    """Return the name and the message that goa's generated check sends for a value at *place* that does not fit."""
    name, words = _GOA.get(error.kind.name, ("invalid_range", "{place} is out of range"))
    return name, words.format(place=place, kind=error.kind)


_LENGTH = ("invalid_length", "length of {place} is out of range")
_GOA = {
    "required": ("missing_field", '"{kind.property}" is missing from {place}'),
    "type": ("invalid_field_type", 'invalid value for "{place}", must be a {kind.types[0]}'),
    "enum": ("invalid_enum_value", "value of {place} must be one of the documented ones"),
    "format": ("invalid_format", "{place} must be formatted as a {kind.format}"),
    "pattern": ("invalid_pattern", "{place} must match the regexp {kind.pattern}"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _LENGTH),
}
"""By the keyword of a schema: the name and the message of goa's generated check."""
