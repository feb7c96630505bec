"""Fiskil's signature scheme, against published vectors."""

import json
from typing import Any

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.webhooks.fiskil_signature import digest, key_of, sign
from tests.paths import FIXTURES

VECTORS = json.loads((FIXTURES / "webhook_vectors.json").read_text(encoding="utf-8"))
RIGHT = [vector for vector in VECTORS["fiskil"] if vector["expect"] == "right"]
WRONG = [vector for vector in VECTORS["fiskil"] if vector["expect"] == "wrong"]


def name_of(vector: Any) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("vector", RIGHT, ids=name_of)
def test_right_vectors_are_reproduced(vector: dict[str, str]) -> None:
    """The signature of each valid vector is reproduced, including that of the guide's sample."""
    assert sign(vector["body"].encode(), vector["secret"]) == vector["signature"]


@pytest.mark.parametrize("vector", WRONG, ids=name_of)
def test_wrong_vectors_are_not_reproduced(vector: dict[str, str]) -> None:
    """The signature of no invalid vector is reproduced."""
    assert sign(vector["body"].encode(), vector["secret"]) != vector["signature"]


@pytest.mark.parametrize("vector", VECTORS["rfc4231"], ids=name_of)
def test_the_primitive_is_hmac_sha256(vector: dict[str, str]) -> None:
    """The cases of RFC 4231 are reproduced, including a key longer than a block."""
    assert digest(vector["body"].encode(), bytes.fromhex(vector["key"])).hex() == vector["digest"]


def test_every_vector_is_either_right_or_wrong() -> None:
    """Every vector has a known expectation, so none is left out."""
    assert len(RIGHT) + len(WRONG) == len(VECTORS["fiskil"]) == 9


@pytest.mark.parametrize("secret", ["", "not base64!", "YWJj\n", "a"])
def test_a_secret_that_is_not_base64_is_refused_without_showing_it(secret: str) -> None:
    """The message says what to do and does not contain the secret."""
    words = r"^The webhook signing secret is not base64\. Paste it as the console shows it\.$"

    with pytest.raises(ConfigError, match=words):
        key_of(secret)
