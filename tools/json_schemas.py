"""Generates ``fixtures/schemas``: JSON schemas of the config, for editors, and of the commands' JSON reports.

``python -m tools.json_schemas`` writes the files. Tests fail if they are not current, or if the config's schema and the
parser disagree.
"""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from fiskil_harness.cli.config_keys import FILLED_IN, config_keys
from fiskil_harness.cli.doctor_checks import DoctorReport
from fiskil_harness.cli.list import Row
from fiskil_harness.contract.report import ContractReport
from fiskil_harness.core.config.schema import Settings
from fiskil_harness.core.config.webhook_format import PRESETS
from fiskil_harness.gate.selftest.matrix import SelftestReport

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "schemas"
REPORTS: dict[str, Any] = {
    "contract": ContractReport,
    "doctor": DoctorReport,
    "list": list[Row],
    "selftest": SelftestReport,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
EDITOR_DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that taplo reads. In it, nothing may stand beside ``$ref``, so a description stands beside ``allOf``."""
REQUEST = {"type": "string", "pattern": r"^\S+ .+"}
NESTED: dict[str, Any] = {"type": "object", "additionalProperties": {"type": ["string", "integer", "object"]}}
"""TOML nests the dotted key ``token.lifetime = 3600``, and the parser accepts an integer there."""
_REQUESTS = ("AppSettings.ready", "HostedSettings.introduce", "Observe.effects", "Observe.metrics")


def report_schema(kind: str) -> dict[str, Any]:
    """Return the JSON schema of a command's report. A report always contains every field, and no others."""
    document = msgspec.json.schema(REPORTS[kind])
    for shape in document["$defs"].values():
        shape.pop("description", None)
        if shape.get("type") == "object" and "properties" in shape:
            shape |= {"required": list(shape["properties"]), "additionalProperties": False}
            for field in shape["properties"].values():
                field.pop("default", None)
    return {"$schema": DIALECT, "title": f"fiskil-harness {kind} --json", **document}


def config_schema() -> dict[str, Any]:
    """Return the JSON schema of ``fiskil-harness.toml``: the settings, and the short forms that the parser accepts."""
    fields = [(field.name, field.type, field.default) for field in structs.fields(Settings) if field.name not in FILLED_IN]
    whole = msgspec.defstruct("Settings", fields, forbid_unknown_fields=True)
    (_,), shapes = msgspec.json.schema_components([whole], ref_template="#/definitions/{name}")
    for name, shape in shapes.items():
        shape.pop("title", None)
        shape.pop("description", None)
        for key, field in shape.get("properties", {}).items():
            field.pop("default", None)
            is_request = name == "Drive" or f"{name}.{key}" in _REQUESTS
            shape["properties"][key] = _with_request(field) if is_request else _without_null(field)
    shapes["SandboxSettings"]["properties"]["interpretations"] = NESTED
    shapes["Reducer"]["properties"]["becomes"] = {"type": "object"}
    scheme = shapes["Webhook"]["properties"]["scheme"]
    shapes["Webhook"]["properties"]["scheme"] = {"anyOf": [{"enum": sorted(PRESETS)}, scheme]}
    top = {"title": "fiskil-harness.toml", **_described(shapes["Settings"], shapes, "")}
    others = {name: shape for name, shape in sorted(shapes.items()) if name != "Settings"}
    return {"$schema": EDITOR_DIALECT, **top, "definitions": others}


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field without null, which TOML does not have."""
    choices = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
    if not choices:
        return field
    return choices[0] if len(choices) == 1 else {**field, "anyOf": choices}


def _with_request(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a request, which is a table or a text such as ``GET /healthz``."""
    return {"anyOf": [REQUEST, _without_null(field)]}


def _described(shape: dict[str, Any], shapes: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return *shape*, and change the shapes that it refers to, with a description of each key."""
    keys = config_keys()
    for name, field in shape["properties"].items():
        place = f"{prefix}{name}"
        reference = field.get("$ref") or field.get("items", {}).get("$ref", "")
        if reference:
            inner = shapes[reference.rpartition("/")[2]]
            if any(f"{place}.{key}" in keys for key in inner["properties"]):
                _described(inner, shapes, f"{place}.")
        if about := keys[place].about if place in keys else "":
            shape["properties"][name] = {"description": about, **({"allOf": [field]} if "$ref" in field else field)}
    return shape


def text(document: dict[str, Any]) -> str:
    """Return *document* as the text of its file."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def documents() -> dict[str, str]:
    """Return the text of every generated file by its name."""
    schemas = {kind: report_schema(kind) for kind in REPORTS} | {"config": config_schema()}
    return {f"{name}.schema.json": text(schema) for name, schema in schemas.items()}


if __name__ == "__main__":
    for file_name, content in documents().items():
        (FOLDER / file_name).write_text(content, encoding="utf-8")
