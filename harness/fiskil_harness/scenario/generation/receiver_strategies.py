"""Hypothesis strategies for the tests that a team writes about its own webhook handler.

::

    from fiskil_harness import strategies

    @given(strategies.deliveries(SECRET))
    def test_every_genuine_message_is_accepted(message):
        assert handle(message.body, dict(message.headers)) == 204
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import structs

from fiskil_harness.core.config.webhook_format import FISKIL, Dialect
from fiskil_harness.core.model import Event, Message
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.journal import PlanKind
from fiskil_harness.scenario.generation.actions import Form
from fiskil_harness.scenario.generation.strategies import plans as plans_of_form
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.forgeries.catalogue import Forged, forge, forgeries_of
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.payload_variants import encode, encodings_of

__all__ = ["Event", "Forged", "Message", "bodies", "deliveries", "events", "forgeries", "plans"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST, _LAST = datetime(2026, 1, 1), datetime(2027, 12, 31)
MOST_ATTEMPTS = 8


def events(kinds: Sequence[str] = EVENT_KINDS) -> SearchStrategy[Event]:
    """Return a strategy for webhook events, each with ids of its own, before they are encoded and signed.

    Args:
        kinds: The kinds of events to draw from, such as ``("consent.received",)``.
    """
    texts = st.text(_ALPHABET, min_size=27, max_size=27)
    uuids = st.uuids(version=4).map(str)
    account_ids = st.one_of(st.none(), st.lists(texts.map("acc_{}".format), max_size=3).map(tuple))
    return st.builds(
        Event,
        event_id=st.integers(0, 999),
        kind=st.sampled_from(list(kinds)),
        message_id=uuids,
        publish_time=st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
        end_user_id=texts.map("eu_{}".format),
        consent_id=uuids,
        institution_id=st.integers(1, 99).map(str),
        client_id=uuids,
        account_ids=account_ids,
        extra=st.just({}),
    )


def deliveries(
    secret: str,
    *,
    kinds: Sequence[str] = EVENT_KINDS,
    dialect: Dialect = FISKIL,
    sent_at: datetime | None = None,
) -> SearchStrategy[Message]:
    """Return a strategy for genuine deliveries, which a correct handler acknowledges and applies once by ``message_id``.

    A delivery may be a retry, and its JSON and headers may be written in any way that has the same meaning.

    Args:
        secret: The signing secret, as the sender's console shows it; Fiskil's is base64 of the key.
        kinds: The kinds of events to draw from.
        dialect: The sender.
        sent_at: The time of the attempt, for senders that sign it (default: now).
    """

    def written(event: Event, attempt: int, name: str) -> Message:
        message = seal(event, attempt=attempt, secret=secret, dialect=dialect, sent_at=sent_at)
        return encode(name, message, secret, dialect=dialect) if name else message

    names = ["", *(encoding.name for encoding in encodings_of(dialect) if not encoding.needs_accounts)]
    return st.builds(written, events(kinds), st.integers(1, MOST_ATTEMPTS), st.sampled_from(names))


def bodies(secret: str, *, kinds: Sequence[str] = EVENT_KINDS, dialect: Dialect = FISKIL) -> SearchStrategy[bytes]:
    """Return a strategy for the bodies of genuine deliveries, for the code behind the verification of signatures."""
    return deliveries(secret, kinds=kinds, dialect=dialect).map(lambda message: message.body)


def forgeries(secret: str, *, kinds: Sequence[str] = EVENT_KINDS, dialect: Dialect = FISKIL) -> SearchStrategy[Forged]:
    """Return a strategy for requests that the sender did not sign, which a correct handler refuses.

    Args:
        secret: The signing secret; some forgeries misuse it.
        kinds: The kinds of events that the forgeries claim.
        dialect: The sender.
    """

    def forged(name: str, event: Event) -> Forged:
        # Its body differs too, also for a sender whose bodies contain no message id.
        other = structs.replace(event, message_id=_other_id(event.message_id), consent_id=_other_id(event.consent_id))
        return forge(
            name,
            event,
            other=seal(other, attempt=1, secret=secret, dialect=dialect),
            secret=secret,
            dialect=dialect,
        )

    return st.builds(forged, st.sampled_from(list(forgeries_of(dialect))), events(kinds))


def plans(kind: PlanKind = "deliveries", *, end_user: str = "rosa") -> SearchStrategy[Scenario]:
    """Return a strategy for plans: scenarios of random steps, for tests that play them with a ``Worker``.

    Args:
        kind: The kind of plans, see ``GeneratedScenario``; "life_plans" is not possible.
        end_user: The name of a person in ``fixtures/end_users``, or of a plugin.
    """
    return plans_of_form(Form(kind=kind, end_user=end_user))


def _other_id(event_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, event_id))
