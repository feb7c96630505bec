"""The reference app and the published signature vectors: it accepts the valid ones and refuses all others."""

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
def webhook_url(drive: Drive) -> str:
    """Return the webhook address of a reference app that has the vectors' secret."""
    settings = load(catalog.folder("examples") / "reference_app" / FILE)
    app = msgspec.structs.replace(settings.app, env=settings.app.env | {"FISKIL_WEBHOOK_SECRET": SECRET})
    driver = drive(msgspec.structs.replace(settings, app=app))
    driver.start()
    return driver.app.url + settings.app.webhook.path


def test_valid_vectors_are_accepted_and_invalid_ones_refused(webhook_url: str) -> None:
    """The app responds with 401 to each vector with an invalid signature, and to no other; all vectors have one secret."""
    statuses: dict[str, Any] = {}
    for vector in VECTORS:
        headers = {"x-fiskil-signature": vector["signature"], "content-type": "application/json"}
        statuses[vector["name"]] = httpx.post(
            webhook_url, content=vector["body"].encode(), headers=headers, timeout=30
        ).status_code

    assert {vector["secret"] for vector in VECTORS} == {SECRET}
    assert {name: status == 401 for name, status in statuses.items()} == {
        vector["name"]: vector["expect"] == "wrong" for vector in VECTORS
    }
    assert statuses["doc-go"] in {200, 204, 400}
