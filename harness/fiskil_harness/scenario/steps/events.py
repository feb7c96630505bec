"""Events that steps deliver: real events of the sandbox, and invented events that never happened."""

from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.core.model import DATASETS, Consent, Event, Message
from fiskil_harness.journal import EventCreated
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.retry_schedule import Parcel
from fiskil_harness.webhooks.signature_schemes import JSON, signature_headers

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

SYNCED = ".sync.completed"
KINDS = ("consent.revoked", "consent.updated", "consent.received", *(dataset.event for dataset in DATASETS.values()))


def invented(stage: "Stage", end_user: "EndUser", kind: str) -> Event:
    """Return an event about the participant's consent that never happened, with the present time and a new message id.

    Raises:
        StepError: There is no consent yet.
    """
    consent = stage.consent_of(end_user)
    mint = stage.fiskil.sandbox.mint
    return Event(
        event_id=-1,
        kind=kind,
        message_id=mint.message_id(),
        publish_time=stage.fiskil.sandbox.clock.now(),
        end_user_id=consent.end_user_id,
        consent_id=consent.arrangement_id,
        institution_id=consent.institution_id,
        client_id=stage.fiskil.credentials.client_id,
    )


def sealed(stage: "Stage", end_user: "EndUser", kind: str, symbol: str, *, extra: dict[str, Any] | None = None) -> Message:
    """Return the signed message of an invented event, which the journal calls *symbol*.

    Args:
        kind: Kind of the event; another kind is used if ``app.facts.uses_events`` does not cover it.
        extra: Further fields of the message.

    Raises:
        StepError: There is no consent yet.
    """
    event = msgspec.structs.replace(invented(stage, end_user, used_kind(stage, kind)), extra=extra or {})
    stage.journal.names[event.message_id] = symbol
    return stage.dispatcher.seal(event)


def headers_with(stage: "Stage", message: Message, signature: str | None) -> Headers:
    """Return the headers of *message* with *signature* in place of its own; None leaves the signature out."""
    signatures = () if signature is None else (signature,)
    return (*JSON, *signature_headers(message, stage.fiskil.dialect.scheme, *signatures))


def used_kind(stage: "Stage", preferred: str) -> str:
    """Return *preferred*, or another kind of event if ``app.facts.uses_events`` does not cover *preferred*.

    In place of a sync event another sync event is used, if the app uses one.
    """
    if stage.settings.app.facts.uses_events is None or stage.uses_event(preferred):
        return preferred
    similar = sorted(KINDS, key=lambda kind: kind.endswith(SYNCED) != preferred.endswith(SYNCED))
    return next((kind for kind in similar if stage.uses_event(kind)), preferred)


def new_event(stage: "Stage", end_user: "EndUser", *, has_accounts: bool = False) -> Parcel:
    """Create a real event of a kind that the app uses, and return its undelivered entry of the outbox.

    Args:
        has_accounts: True creates an event whose message contains account ids.

    Raises:
        StepError: There is no consent yet.
    """
    consent = stage.consent_of(end_user)
    sandbox = stage.fiskil.sandbox
    if has_accounts or used_kind(stage, "consent.updated").endswith(SYNCED):
        dataset = _dataset_to_sync(stage, consent, has_accounts=has_accounts)
        sandbox.sync(consent, dataset)
        stage.note_rows(dataset, end_user)
        kind = DATASETS[dataset].event
    else:
        sandbox.clock.advance(seconds=1)
        sandbox.touch_consent(consent)
        kind = "consent.updated"
    stage.dispatcher.collect()
    # Further events may have come with it, and a sync that failed may have none.
    own = [event for event in stage.journal.all(EventCreated) if event.participant == end_user.participant]
    newest = next((event for event in reversed(own) if event.kind == kind), own[-1])
    return stage.outbox.find(newest.event)


def _dataset_to_sync(stage: "Stage", consent: Consent, *, has_accounts: bool) -> str:
    """Return a dataset of *consent*, if possible one whose event contains account ids as required and that the app uses."""
    datasets = [DATASETS[name] for name in consent.permissions]
    return min(
        datasets,
        key=lambda dataset: (
            has_accounts and not dataset.carries_account_ids,
            not stage.uses_event(dataset.event),
            dataset.ready_after_s,
        ),
    ).name
