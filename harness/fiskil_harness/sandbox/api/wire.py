"""The request and response types of handlers, and functions that build JSON responses and both formats of errors."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from fiskil_harness.sandbox.consents.console import DEFAULT_VERSION as DEFAULT_VERSION  # noqa: PLC0414 - part of this module's interface
from fiskil_harness.sandbox.consents.console import VERSIONS as VERSIONS  # noqa: PLC0414
from fiskil_harness.sandbox.problems import ApiProblem, bad_request, invalid_request

JSON = "application/json"
GOA = "application/vnd.goa.error"

_encode = msgspec.json.Encoder().encode
T = TypeVar("T")


class ApiRequest(Struct, frozen=True, kw_only=True):
    """One request. ``query`` keeps the order of parameters and repeated ones; ``version`` is the API version in use.

    ``fiskil_host`` is the request's ``Host`` if that is Fiskil's own, so that links lead there; otherwise "".
    """

    path: str
    path_values: dict[str, str]
    query: tuple[tuple[str, str], ...]
    body: bytes
    version: str
    fiskil_host: str = ""

    def query_value(self, name: str) -> str | None:
        """Return the last value of query parameter *name*; an empty value counts as absent."""
        for key, value in reversed(self.query):
            if key == name:
                return value or None
        return None

    def every(self, name: str) -> tuple[str, ...]:
        """Return each value of query parameter *name*, in order."""
        return tuple([value for key, value in self.query if key == name])


class ApiResponse(Struct, frozen=True, kw_only=True):
    """One response; ``body`` is empty for 204."""

    status: int = 200
    content_type: str = JSON
    body: bytes = b""


def json_response(value: Any, *, status: int = 200) -> ApiResponse:
    """Return a JSON response, compact as Fiskil writes it."""
    return ApiResponse(status=status, body=_encode(value))


NO_CONTENT = ApiResponse(status=204, content_type="")


def goa_error(problem: ApiProblem, error_id: str, *, has_flags: bool) -> ApiResponse:
    """Return the error response of a core endpoint; v3 list endpoints omit the flags. Source: errors.goa, errors.v3-lists"""
    body: dict[str, Any] = {"id": error_id, "name": problem.name, "message": problem.message}
    if has_flags:
        body |= {"temporary": problem.status == 503, "timeout": False, "fault": problem.status == 500}
    return ApiResponse(status=problem.status, content_type=GOA, body=_encode(body))


def simple_error(problem: ApiProblem, error_id: str) -> ApiResponse:
    """Return the error response of a data endpoint. Source: errors.simple"""
    body = {"id": error_id, "name": problem.name, "message": problem.message}
    return ApiResponse(status=problem.status, body=_encode(body))


def read_json(request: ApiRequest, shape: type[T], *, refuse: Callable[[str], ApiProblem] = bad_request) -> T:
    """Return the request's JSON body, decoded as the type *shape*.

    Args:
        refuse: Creates the 400 error from a message.

    Raises:
        ApiProblem: 400, created by *refuse*, if the body does not fit *shape*.

    Source: errors.goa, errors.simple
    """
    try:
        return msgspec.json.decode(request.body or b"null", type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error).replace("`", "'")
        raise refuse(f"invalid request body: {reason}") from None


def required_end_user(request: ApiRequest) -> str:
    """Return the ``end_user_id`` of a data request.

    Raises:
        ApiProblem: 400, the parameter is missing.

    Source: data.end-user-required
    """
    end_user_id = request.query_value("end_user_id")
    if end_user_id is None:
        raise invalid_request("missing required query parameter: end_user_id")
    return end_user_id
