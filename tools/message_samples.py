"""The webhook messages of the sandbox, for the documentation: one of each form, with the same values in every run."""

import json
from collections.abc import Iterator
from typing import Any

from fiskil_harness.core.config.webhook_format import HEADER, Payload
from fiskil_harness.core.model import Event
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.webhooks.payload_format import formatted
from tools.endpoint_samples import household

LEAD = f"""
## Webhook messages

A message is a POST with a JSON body. The header `{HEADER}` is base64 of HMAC-SHA256 over the bytes of the body; the
key is the signing secret, decoded from base64. A retry has the same `message_id`, another `delivery_attempt`, and so another
signature. Any 2xx acknowledges a message.
"""


def messages() -> dict[str, Event]:
    """Return the first event of each kind, in the order of `EVENT_KINDS`, of an end user who connects, syncs and revokes."""
    sandbox = household()
    for consent in tuple(sandbox.store.consents.values()):
        with sandbox.store.changing() as store:
            consents.touch(store, consent)
        sandbox.revoke(consent)
    first: dict[str, Event] = {}
    for event in sandbox.store.events:
        first.setdefault(event.kind, event)
    return {kind: first[kind] for kind in EVENT_KINDS if kind in first}


def lines() -> Iterator[str]:
    """Yield the lines of Markdown: an example of each form of message, and the kinds that have no example."""
    by_fields: dict[tuple[str, ...], list[tuple[str, Any]]] = {}
    shown = messages()
    for kind, event in shown.items():
        content, _ = formatted(event, attempt=1, payload=Payload())
        by_fields.setdefault((*content, *content["data"]), []).append((kind, content))
    yield LEAD
    for alike in by_fields.values():
        yield f"{', '.join(f'`{kind}`' for kind, _ in alike)}:\n"
        yield f"```json\n{json.dumps(alike[0][1], indent=1, ensure_ascii=False)}\n```\n"
    others = ", ".join(f"`{kind}`" for kind in EVENT_KINDS if kind not in shown)
    yield f"Fiskil is also known to send {others}."
