"""Faults that change the reported status of institutions; steps such as ``begin_outage`` stop an institution itself."""

from typing import Any, ClassVar, Literal

from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply
from fiskil_harness.faults.schema_places import decoded, encoded

Line = Literal["DEGRADED", "OUTAGE", "HEALTHY"]


class InstitutionLine(PlainFault, frozen=True, kw_only=True, tag="institution_line"):
    """The list of institutions reports ``status`` for one institution, or for all of them.

    Args:
        status: The reported status: ``DEGRADED``, ``OUTAGE`` or ``HEALTHY``.
        institution_id: The affected institution; empty for all.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("R-OUTAGE",)

    status: Line = "OUTAGE"
    institution_id: str = ""

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace the reported status; the response stays unchanged if it does not contain the institution."""
        if not exchange.route.startswith("institutions."):
            return reply
        body = decoded(reply)
        for institution in _institutions(body):
            if self.institution_id in {"", institution.get("id")}:
                institution["status"] = {"connections": {"status": self.status}}
        return encoded(reply, body)


def _institutions(body: Any) -> list[dict[str, Any]]:
    rows = body.get("institutions", [body]) if isinstance(body, dict) else body
    return [row for row in rows if isinstance(row, dict) and "status" in row] if isinstance(rows, list) else []
