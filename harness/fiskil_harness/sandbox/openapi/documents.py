"""The OpenAPI documents of ``fixtures/openapi``: one base in parts, and an overlay per version over the next newer one.

The base is v3. ``v2`` is v3 under its overlay, ``v1`` is v2 under its own; a reading that changes what is on the wire is an
action of the overlay ``interpretations``, and acts only while it is chosen.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.overlay import apply

Document = dict[str, Any]
INTERPRETATION = "x-interpretation"
_decode = msgspec.json.Decoder(Document).decode


def document(version: str, interpretations: Mapping[str, str] | None = None) -> Document:
    """The whole document of *version*, as the chosen *interpretations* make it; read it and do not change it."""
    chosen = interpretations or {}
    return _document(
        version,
        tuple(
            interpretation_label
            for interpretation_label in interpretation_labels()
            if chosen.get(interpretation_label[0]) == interpretation_label[1]
        ),
    )


@cache
def interpretation_labels() -> tuple[tuple[str, str], ...]:
    """The interpretations that change the documents, as pairs of clause and choice, in the overlay's order."""
    labels = dict.fromkeys(action[INTERPRETATION] for action in _overlay("interpretations")["actions"])
    return tuple((clause, choice) for clause, _, choice in (label.partition("=") for label in labels))


@cache
def _document(version: str, chosen: tuple[tuple[str, str], ...]) -> Document:
    if chosen:
        labels = {f"{clause}={choice}" for clause, choice in chosen}
        actions = [action for action in _overlay("interpretations")["actions"] if action[INTERPRETATION] in labels]
        return apply(_copy(_document(version, ())), actions, versions=(version,))
    overlay = _overlay(version)
    newer = VERSIONS.index(version) + 1
    below = _base() if newer == len(VERSIONS) else _document(VERSIONS[newer], ())
    return apply(_copy(below), overlay["actions"])


def _copy(whole: Document) -> Document:
    """A deep copy, an eighth of ``copy.deepcopy``'s time."""
    return _decode(msgspec.json.encode(whole))


@cache
def _base() -> Document:
    """Every part of the base as one document; parts never name the same thing twice."""
    whole: Document = {}
    for path in sorted(
        (catalog.folder("fixtures") / "openapi" / "base").glob("*.json"), key=lambda path: (path.stem != "root", path.stem)
    ):
        _merge(whole, _read(f"base/{path.name}"), path.name)
    return whole


def _merge(whole: Document, part: Document, place: str) -> None:
    for name, value in part.items():
        if name not in whole:
            whole[name] = value
        elif name in {"components", "paths", "webhooks", "schemas", "responses", "parameters", "headers"}:
            _merge(whole[name], value, f"{place}: {name}")
        else:
            raise ConfigError(f"fixtures/openapi/base describes {name!r} twice, the second time in {place}.")


def _overlay(name: str) -> Document:
    return _read(f"overlays/{name}.json")


def _read(name: str) -> Document:
    path = catalog.folder("fixtures") / "openapi" / name
    try:
        return _decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"fixtures/openapi/{name} cannot be read: {error}.") from None
