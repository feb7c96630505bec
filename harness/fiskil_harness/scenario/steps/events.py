"""Events for steps that need one: real facts that the sandbox is made to tell, and invented ones that it never told."""

from typing import TYPE_CHECKING

from fiskil_harness.core.model import DATASETS, Event
from fiskil_harness.webhooks.retry_schedule import Parcel

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

KINDS = ("consent.revoked", "consent.updated", "consent.received", *(dataset.event for dataset in DATASETS.values()))


def invented(stage: "Stage", participant: "Participant", kind: str) -> Event:
    """An event about the participant's consent that never happened, now, under an id of its own."""
    consent = stage.consent_of(participant)
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


def used_kind(stage: "Stage", wanted: str) -> str:
    """*wanted*, or where the app says that it does nothing with it, another kind of event that it acts on."""
    if stage.settings.app.facts.uses_events is None or stage.is_used(wanted):
        return wanted
    return next((kind for kind in KINDS if stage.is_used(kind)), wanted)


def fresh_fact(stage: "Stage", participant: "Participant", *, has_accounts: bool = False) -> Parcel:
    """Let something happen that the app acts on; the parcel of its event, which was not delivered yet."""
    consent = stage.consent_of(participant)
    sandbox = stage.fiskil.sandbox
    if has_accounts or used_kind(stage, "consent.updated").endswith(".sync.completed"):
        sandbox.sync(consent, "accounts")
        stage.note_rows("accounts", participant, moment="sync")
    else:
        sandbox.clock.advance(seconds=1)
        sandbox.confirm_again(consent)
    stage.collect_events()
    return stage.outbox.find(f"{participant.name}{'.' * bool(participant.name)}e{participant.event_count - 1}")
