"""Changes of what customers share: consents and rows. Each function runs inside a transaction of its caller."""

import contextlib
import zlib

from django.db import connection, transaction

from correct.django_stack.models import Attempt, Consent, Customer, Row
from correct.flask_client.fiskil import DATASETS, Failure


@contextlib.contextmanager
def turn(key):
    """Let one process at a time read and change the data of an end user or a customer.

    Raises:
        Failure: Another process has had its turn for more than five seconds.
    """
    number = zlib.crc32(key.encode())
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        except Exception as error:
            raise Failure("another process works for this customer") from error
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def apply_event(message):
    """Apply a consent event: the newest publish_time wins, and at the same instant the end wins."""
    is_end = message.event == "consent.revoked"
    stored = Consent.objects.select_for_update().filter(consent_id=message.consent_id).first()
    if not message.consent_id or (stored and stored.end_user_id != message.end_user_id):
        return
    if not is_end:
        complete_attempts(message.end_user_id)
    if stored is None:
        stored = Consent(consent_id=message.consent_id, end_user_id=message.end_user_id)
    elif stored.has_ended or (stored.published_at and (message.published_at, is_end) <= (stored.published_at, False)):
        return
    stored.is_active, stored.published_at = not is_end, message.published_at
    if is_end:
        forget(stored)
    stored.save()


def apply_listing(end_user_id, listed):
    """Apply the API's list of consents: id to readable datasets, none if the consent has ended."""
    for consent_id, readable in listed.items():
        consent, _ = Consent.objects.get_or_create(
            consent_id=consent_id, defaults={"end_user_id": end_user_id, "is_active": bool(readable)}
        )
        if consent.end_user_id != end_user_id:
            continue
        for name, value in getattr(listed, "details", {}).get(consent_id, {}).items():
            setattr(consent, name, value)
        consent.save()
        if not readable:
            end(consent)
        else:
            Row.objects.filter(consent_id=consent_id).exclude(dataset__in=readable).delete()


def end(consent):
    """End a consent for good."""
    consent.is_active, consent.has_ended = False, True
    forget(consent)
    consent.save()


def forget(consent):
    """Delete the rows of a consent, because its data may be kept only while it lasts."""
    Row.objects.filter(consent_id=consent.consent_id).delete()
    consent.is_synced = False


def complete_attempts(end_user_id):
    """Close the open attempts, because a consent has arrived."""
    open_attempts = Attempt.objects.filter(customer__end_user_id=end_user_id, status__in=["pending", "returned"])
    open_attempts.update(status="completed")


def replace_rows(end_user_id, dataset, rows):
    """Store a complete reading of a dataset, as far as the active consents allow it."""
    active = set(Consent.objects.filter(end_user_id=end_user_id, is_active=True).values_list("consent_id", flat=True))
    allowed = {key: row for key, row in rows.items() if row["consent_id"] in active}
    Row.objects.filter(end_user_id=end_user_id, dataset=dataset).exclude(fiskil_id__in=allowed).delete()
    Row.objects.bulk_create(
        [
            Row(
                end_user_id=end_user_id,
                dataset=dataset,
                fiskil_id=key,
                consent_id=row["consent_id"],
                columns={name: value for name, value in row.items() if name != "consent_id"},
            )
            for key, row in allowed.items()
        ],
        update_conflicts=True,
        unique_fields=["end_user_id", "dataset", "fiskil_id"],
        update_fields=["consent_id", "columns"],
    )
    Consent.objects.filter(consent_id__in={row["consent_id"] for row in allowed.values()}).update(is_synced=True)


def refresh(api, end_user_id, until):
    """Read everything of an end user, and store all of it or nothing."""
    with turn(end_user_id):
        listed = api.consents(end_user_id, until)
        granted = set().union(*listed.values())
        readings = {name: api.rows(name, end_user_id, until) for name in DATASETS if name in granted}
        with transaction.atomic():
            apply_listing(end_user_id, listed)
            for consent in Consent.objects.filter(end_user_id=end_user_id, is_active=True).exclude(consent_id__in=listed):
                end(consent)
            if any(listed.values()):
                complete_attempts(end_user_id)
            for name, rows in readings.items():
                replace_rows(end_user_id, name, rows)


def connection_of(end_user_id):
    """Return none, pending, syncing, connected, cancelled, failed or revoked."""
    consents = list(Consent.objects.filter(end_user_id=end_user_id))
    active = [consent for consent in consents if consent.is_active]
    if active:
        return "connected" if any(consent.is_synced for consent in active) else "syncing"
    attempt = Attempt.objects.filter(customer__end_user_id=end_user_id).order_by("-id").first() if end_user_id else None
    if attempt and attempt.status != "completed":
        return "syncing" if attempt.status == "returned" else attempt.status
    return "revoked" if consents else "none"


def state_of(end_user_id):
    """Return all data about an end user."""
    state = {"connection": connection_of(end_user_id), **{name: [] for name in DATASETS}}
    for row in Row.objects.filter(end_user_id=end_user_id).order_by("fiskil_id"):
        state[row.dataset].append({"fiskil_id": row.fiskil_id, "consent_id": row.consent_id, **row.columns})
    state["consents"] = [
        {"consent_id": consent.consent_id, "status": "active" if consent.is_active else "revoked"}
        for consent in Consent.objects.filter(end_user_id=end_user_id).order_by("consent_id")
    ]
    return state


def customer_of(ref):
    """Return the customer, or None if there is none with an end user."""
    return Customer.objects.filter(ref=ref).exclude(end_user_id="").first()
