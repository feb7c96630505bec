"""The control requests about a proxy: read its exchanges, read and change its faults."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request

from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.expression import rules_of, text_of
from fiskil_harness.faults.proxy import Rule, Rules
from fiskil_harness.server.control_http import ControlRequest, Refusal, about, read
from fiskil_harness.server.control_requests import FaultExpression

Listing = Callable[[], list[dict[str, object]]]


class FaultControl:
    """The handlers of the control requests about one proxy."""

    def __init__(self, rules: Rules, *, exchanges: Listing, har: Callable[[], dict[str, object]]) -> None:
        """Prepare the handlers, which read and change *rules*, the faults of the proxy.

        Args:
            exchanges: Returns the API exchanges so far, as JSON objects.
            har: Returns the same exchanges as HAR.
        """
        self._rules, self._exchanges, self._har = rules, exchanges, har

    def all(self) -> list[ControlRequest]:
        """Return the control requests, each with method, path and handler."""
        return [
            ("GET", "/_sandbox/exchanges", self.exchanges),
            ("GET", "/_sandbox/har", self.har),
            ("GET", "/_sandbox/faults", self.faults),
            ("POST", "/_sandbox/faults", self.set_fault),
            ("DELETE", "/_sandbox/faults", self.lift_faults),
            ("DELETE", "/_sandbox/faults/{number}", self.lift_fault),
        ]

    def exchanges(self, _request: Request, _body: bytes) -> Any:
        """Return the newest exchanges, for ``GET /_sandbox/exchanges``."""
        return {"exchanges": self._exchanges()}

    def har(self, _request: Request, _body: bytes) -> Any:
        """Return the newest exchanges as HAR, for ``GET /_sandbox/har``."""
        return self._har()

    def faults(self, _request: Request, _body: bytes) -> Any:
        """Return the faults that are set, for ``GET /_sandbox/faults``."""
        return {"faults": self.waiting()}

    def set_fault(self, _request: Request, body: bytes) -> Any:
        """Set a fault, given as the fields of a rule or as an expression, for ``POST /_sandbox/faults``.

        Raises:
            HarnessError: The body is invalid, or the fault is not possible here.
        """
        for rule in rules_of(read(body, FaultExpression).fault) if _is_expression(body) else (read(body, Rule).check(),):
            self._rules.set(require_possible(rule))
        return {"faults": self.waiting()}

    def lift_fault(self, request: Request, _body: bytes) -> Any:
        """Lift one fault, for ``DELETE /_sandbox/faults/{number}``.

        Raises:
            Refusal: No fault with this number is set.
        """
        rules, number = self._rules, request.path_params["number"]
        numbered = [waiting for waiting in rules.waiting() if str(waiting.number) == number]
        if not numbered:
            numbers = ", ".join(str(waiting.number) for waiting in rules.waiting()) or "none"
            raise Refusal(404, f"No fault {number!r} is set. Known: {numbers}.")
        rules.lift(numbered[0])
        return {"faults": self.waiting()}

    def lift_faults(self, _request: Request, _body: bytes) -> Any:
        """Lift every fault, for ``DELETE /_sandbox/faults``."""
        self._rules.clear()
        return {"faults": []}

    def waiting(self) -> list[dict[str, object]]:
        """Return the faults that are set, each as an expression (``text``) and with the fields of its rule."""
        return [
            {
                "number": waiting.number,
                "text": text_of(waiting.rule),
                **about(waiting.rule),
                "bites": waiting.bitten,
                "spared": waiting.spared,
                "left": waiting.left,
            }
            for waiting in self._rules.waiting()
        ]


def _is_expression(body: bytes) -> bool:
    """Return True if *body* gives the fault as an expression."""
    try:
        request = msgspec.json.decode(body or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(request, dict) and isinstance(request.get("fault"), str)
