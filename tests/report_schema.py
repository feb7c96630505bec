"""The published JSON schema of reports, and the schema that is generated from the types."""

from typing import Any

import msgspec

from fiskil_harness.gate.judgement import FORMAT, GateResult
from tests.paths import FIXTURES


def schema() -> dict[str, Any]:
    """Return the JSON schema, generated from the types; the published file is a copy that a test compares with it.

    A report always contains every field except ``examined`` of a finding, so all others are required, and nothing else is
    allowed. Descriptions are left out.
    """
    document = msgspec.json.schema(GateResult)
    del document["$defs"]["Finding"]["properties"]["examined"]
    for shape in document["$defs"].values():
        if shape.get("type") == "object":
            shape["required"] = list(shape["properties"])
            shape["additionalProperties"] = False
            for field in shape["properties"].values():
                field.pop("default", None)
        shape.pop("description", None)
    document["$defs"]["GateResult"]["properties"]["format"] = {"const": FORMAT}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, **document}


def published_schema() -> dict[str, Any]:
    """Return the schema file that is published with the harness."""
    document: dict[str, Any] = msgspec.json.decode((FIXTURES / "schemas" / "report.schema.json").read_bytes())
    return document
