"""The report for machines: one JSON object whose schema is published in ``fixtures/schemas/report.schema.json``."""

from typing import Any

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.gate.judgement import FORMAT, GateResult

SCHEMA = "schemas/report.schema.json"


def render(whole: GateResult) -> str:
    """The report, indented, with a line end."""
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def schema() -> dict[str, Any]:
    """The schema as the types give it; the published file is this, and a test keeps it so.

    Every field is always written, so every one is required, and there are no others. Prose stays in the code.
    """
    made = msgspec.json.schema(GateResult)
    for shape in made["$defs"].values():
        if shape.get("type") == "object":
            shape["required"] = list(shape["properties"])
            shape["additionalProperties"] = False
            for field in shape["properties"].values():
                field.pop("default", None)
        shape.pop("description", None)
    made["$defs"]["GateResult"]["properties"]["format"] = {"const": FORMAT}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, **made}


def published_schema() -> dict[str, Any]:
    """The schema file that ships."""
    found: dict[str, Any] = msgspec.json.decode((catalog.folder("fixtures") / SCHEMA).read_bytes())
    return found
