"""Faults of institutions: what the API says of their lines; steps like ``begin_outage`` cut the line itself."""

from typing import Any, ClassVar, Literal, get_args

from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_unknown
from fiskil_harness.faults.schema_places import decoded, encoded

Line = Literal["DEGRADED", "OUTAGE", "HEALTHY"]


class InstitutionLine(PlainFault, frozen=True, kw_only=True, tag="institution_line"):
    """The list of institutions says ``status`` of the line to one of them, or to all without an ``institution_id``."""

    ids: ClassVar[tuple[str, ...]] = ("R-OUTAGE",)

    status: Line = "OUTAGE"
    institution_id: str = ""

    def check(self) -> None:
        """Refuse what no line is."""
        refuse_unknown(self, "status", get_args(Line))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same institutions on another line; the same answer where none of them is meant."""
        if not exchange.route.startswith("institutions."):
            return reply
        told = decoded(reply)
        for institution in _institutions(told):
            if self.institution_id in {"", institution.get("id")}:
                institution["status"] = {"connections": {"status": self.status}}
        return encoded(reply, told)


def _institutions(told: Any) -> list[dict[str, Any]]:
    rows = told.get("institutions", [told]) if isinstance(told, dict) else told
    return [row for row in rows if isinstance(row, dict) and "status" in row] if isinstance(rows, list) else []


FAULTS: tuple[type[PlainFault], ...] = (InstitutionLine,)
