"""The reference app against the published vectors: what Fiskil's scheme signs is taken, everything else is refused."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.config import FILE, load
from fiskil_harness.runner.driver import Driver
from tests.paths import FIXTURES

VECTORS = json.loads((FIXTURES / "webhook_vectors.json").read_text(encoding="utf-8"))["fiskil"]
SECRET = VECTORS[0]["secret"]

Drive = Callable[..., Driver]

pytestmark = pytest.mark.slow


@pytest.fixture
def hook(drive: Drive) -> str:
    """The webhook address of a reference app whose secret is the one of the vectors."""
    settings = load(catalog.folder("examples") / "reference_app" / FILE)
    changed = msgspec.structs.replace(settings.app, env=settings.app.env | {"FISKIL_WEBHOOK_SECRET": SECRET})
    driver = drive(msgspec.structs.replace(settings, app=changed))
    driver.start()
    return driver.app.url + settings.app.webhook.path


def test_every_vector_is_taken_or_refused(hook: str) -> None:
    """Right ones get past the signature, wrong ones get 401, and no vector is of another secret."""
    answers: dict[str, Any] = {}
    for vector in VECTORS:
        headers = {"x-fiskil-signature": vector["signature"], "content-type": "application/json"}
        answers[vector["name"]] = httpx.post(hook, content=vector["body"].encode(), headers=headers).status_code

    assert {vector["secret"] for vector in VECTORS} == {SECRET}
    assert {name: status == 401 for name, status in answers.items()} == {
        vector["name"]: vector["expect"] == "wrong" for vector in VECTORS
    }
    assert answers["doc-go"] in {200, 204, 400}
