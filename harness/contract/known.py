"""Ids that exist where the contract is exercised, put into the document as its examples.

Made-up ids lead to empty lists; with these the examples and boundaries meet real rows.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from harness.sandbox.contract.documents import Document

_copy = msgspec.json.Decoder(Document).decode


def with_examples(whole: Document, known: Mapping[str, Any]) -> Document:
    """A copy of *whole* in which parameters and request bodies have the *known* values, by name, as examples."""
    copy = _copy(msgspec.json.encode(whole))
    for parameter in copy["components"]["parameters"].values():
        _fill(parameter, known)
    for item in copy["paths"].values():
        for parameter in item.get("parameters", ()):
            _fill(parameter, known)
        for name, operation in item.items():
            if name == "parameters":
                continue
            for parameter in operation.get("parameters", ()):
                _fill(parameter, known)
            for media in operation.get("requestBody", {}).get("content", {}).values():
                example = media.get("example", {})
                media["example"] = {key: known.get(key, value) for key, value in example.items()}
    return copy


def _fill(parameter: dict[str, Any], known: Mapping[str, Any]) -> None:
    name = str(parameter.get("name", ""))
    if name in known:
        is_list = parameter["schema"].get("type") == "array"
        parameter["example"] = [known[name]] if is_list else known[name]
