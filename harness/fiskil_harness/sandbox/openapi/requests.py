"""Whether a request fits the contract; what does not is refused with the documented 400.

Messages that integrations have seen stand in the document as ``x-refusal``. An empty query value counts as absent.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.wire import ApiRequest
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.sandbox.openapi.operations import Operation, Parameter, compile_operation, decode_json, fields_of
from fiskil_harness.sandbox.problems import bad_request, invalid_request

_INTEGER = re.compile(r"[0-9]+", re.ASCII)
_WORDS = {"true": True, "false": False}


class Requests:
    """Checks requests against the documents under the interpretations that rule."""

    def __init__(self) -> None:
        self._interpretations: Interpretations | None = None
        self._chosen: tuple[tuple[str, str], ...] = ()
        self._operations: dict[tuple[str, str], Operation | None] = {}

    def require(self, route: ApiRoute, request: ApiRequest, interpretations: Interpretations) -> None:
        """Let *request* pass, or refuse it.

        Raises:
            ApiProblem: 400, it does not fit what the contract describes.

        Source: errors.goa, errors.simple
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
        given: dict[str, list[str]] = {}
        for name, value in request.query:
            if value:
                given.setdefault(name, []).append(value)
        for parameter in operation.queries:
            refusal = _refusal(parameter, given.get(parameter.name))
            if refusal:
                raise problem(refusal)
        if operation.body is not None:
            _require_body(operation.body, request.body, problem)


@lru_cache(maxsize=1024)
def _compiled(version: str, chosen: tuple[tuple[str, str], ...], method: str, path: str) -> Operation | None:
    """An operation, compiled when it is first called; every sandbox of this process shares it."""
    return compile_operation(document(version, dict(chosen)), method, path)


def _refusal(parameter: Parameter, given: list[str] | None) -> str:
    if given is None:
        return f"missing required query parameter: {parameter.name}" if parameter.is_required else ""
    # Of a value that comes more than once the last counts, unless the parameter is a list.
    judged = given if parameter.kind == "array" else given[-1:]
    if all(parameter.check(_typed(value, parameter.kind)) for value in judged):
        return ""
    return parameter.refusal or f"invalid {parameter.name}: it does not fit the parameter's schema"


def _typed(text: str, kind: str) -> Any:
    if kind == "integer" and _INTEGER.fullmatch(text):
        # Python refuses to read thousands of digits; no bound of the contract is as long as eighteen.
        return int(text.lstrip("0")[:18] or "0")
    return _WORDS.get(text, text) if kind == "boolean" else text


def _require_body(check: Any, body: bytes, problem: Any) -> None:
    try:
        given = decode_json(body or b"null")
        error = None if check.is_valid(given) else next(iter(check.iter_errors(given)), None)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as trouble:
        reason = "nested too deeply" if isinstance(trouble, RecursionError) else str(trouble).replace("`", "'")
        raise problem(f"invalid request body: {reason}") from None
    if error is not None:
        place = fields_of(error)
        where = f" at {place}" if place else ""
        raise problem(f"invalid request body{where}: {error.message}")
