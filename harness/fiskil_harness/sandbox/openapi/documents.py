"""The OpenAPI documents of ``fixtures/openapi``: a base in several files, and overlays for older versions.

The base is v3. ``v2`` is v3 with its overlay, ``v1`` is v2 with its own overlay. An interpretation that changes the API
is an action of the overlay ``interpretations``; it applies only while the interpretation is chosen.
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
    """Return the whole document of *version* under the chosen *interpretations*; the caller must not change it.

    Args:
        interpretations: Clause ids, each with its interpretation; others have their default.

    Raises:
        ConfigError: A file of ``fixtures/openapi`` cannot be read, or two files of the base define the same name.
    """
    chosen = interpretations or {}
    return _document(
        version,
        tuple((clause_id, choice) for clause_id, choice in interpretation_labels() if chosen.get(clause_id) == choice),
    )


@cache
def interpretation_labels() -> tuple[tuple[str, str], ...]:
    """Return the interpretations that change the documents, as pairs (clause id, interpretation), in the overlay's order."""
    labels = dict.fromkeys(action[INTERPRETATION] for action in _overlay("interpretations")["actions"])
    return tuple((clause, choice) for clause, _, choice in (label.partition("=") for label in labels))


@cache
def _document(version: str, chosen: tuple[tuple[str, str], ...]) -> Document:
    if chosen:
        labels = {f"{clause}={choice}" for clause, choice in chosen}
        actions = [action for action in _overlay("interpretations")["actions"] if action[INTERPRETATION] in labels]
        return apply(copy_of(_document(version, ())), actions, versions=(version,))
    overlay = _overlay(version)
    newer = VERSIONS.index(version) + 1
    below = _base() if newer == len(VERSIONS) else _document(VERSIONS[newer], ())
    return apply(copy_of(below), overlay["actions"])


def copy_of(whole: Document) -> Document:
    """Return a deep copy; this is eight times as fast as ``copy.deepcopy``."""
    return _decode(msgspec.json.encode(whole))


@cache
def _base() -> Document:
    """Return all files of the base as one document; two files never define the same name."""
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
