"""Orders about a link: which exchanges there were, and which faults wait."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request

from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.expression import rules_of, text_of
from fiskil_harness.faults.proxy import Rule, Rules
from fiskil_harness.server.control_http import ControlRequest, Refusal, about, read
from fiskil_harness.server.control_requests import Wording

Told = Callable[[], list[dict[str, object]]]


class FaultControl:
    """What can be asked of a link, and ordered."""

    def __init__(self, rules: Rules, *, exchanges: Told, har: Callable[[], dict[str, object]]) -> None:
        """Give orders to *rules*; *exchanges* and *har* tell what was asked of the API."""
        self._rules, self._exchanges, self._har = rules, exchanges, har

    def all(self) -> list[ControlRequest]:
        """Each with its method and path."""
        return [
            ("GET", "/_sandbox/exchanges", self.exchanges),
            ("GET", "/_sandbox/har", self.har),
            ("GET", "/_sandbox/faults", self.faults),
            ("POST", "/_sandbox/faults", self.set_fault),
            ("DELETE", "/_sandbox/faults", self.lift_faults),
            ("DELETE", "/_sandbox/faults/{number}", self.lift_fault),
        ]

    def exchanges(self, _request: Request, _body: bytes) -> Any:
        """``GET /_sandbox/exchanges``"""
        return {"exchanges": self._exchanges()}

    def har(self, _request: Request, _body: bytes) -> Any:
        """``GET /_sandbox/har``"""
        return self._har()

    def faults(self, _request: Request, _body: bytes) -> Any:
        """``GET /_sandbox/faults``"""
        return {"faults": self.waiting()}

    def set_fault(self, _request: Request, body: bytes) -> Any:
        """``POST /_sandbox/faults``: a rule in its fields, or an expression."""
        for rule in rules_of(read(body, Wording).fault) if _is_worded(body) else (read(body, Rule).check(),):
            self._rules.set(require_possible(rule))
        return {"faults": self.waiting()}

    def lift_fault(self, request: Request, _body: bytes) -> Any:
        """``DELETE /_sandbox/faults/{number}``"""
        rules, number = self._rules, request.path_params["number"]
        found = [waiting for waiting in rules.waiting() if str(waiting.number) == number]
        if not found:
            known = ", ".join(str(waiting.number) for waiting in rules.waiting()) or "none"
            raise Refusal(404, f"No fault {number!r} waits. Known: {known}.")
        rules.lift(found[0])
        return {"faults": self.waiting()}

    def lift_faults(self, _request: Request, _body: bytes) -> Any:
        """``DELETE /_sandbox/faults``"""
        self._rules.clear()
        return {"faults": []}

    def waiting(self) -> list[dict[str, object]]:
        """Every fault that waits, in words and in its fields."""
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


def _is_worded(body: bytes) -> bool:
    """Whether a fault is told as an expression."""
    try:
        order = msgspec.json.decode(body or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(order, dict) and isinstance(order.get("fault"), str)
