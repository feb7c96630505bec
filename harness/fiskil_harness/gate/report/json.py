"""The report for machines: one JSON object, whose schema is ``fixtures/schemas/report.schema.json``."""

import msgspec

from fiskil_harness.core.printable import json_text
from fiskil_harness.gate.judgement import GateResult


def render(whole: GateResult) -> str:
    """Return the report as indented JSON, with a line end."""
    return json_text(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()) + "\n"
