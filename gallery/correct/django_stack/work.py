"""The worker process: takes messages one by one, reads what they announce, and stores it with their completion."""

import logging
import os
import random
import re
import time
from datetime import timedelta

import django
from django.db import close_old_connections, transaction
from django.utils import timezone

LOG = logging.getLogger("work")
SYNC = re.compile(r"banking\.(accounts|balances|transactions)(\.basic|\.recent)?\.sync\.completed")
MOST_TRIES, MESSAGE_S, LOOK_EVERY_S = 12, 10.0, 0.1
LEASE = timedelta(seconds=30)


def claim():
    """Take the oldest due message; until the lease is over, no other worker takes it."""
    from correct.django_stack.models import Message

    with transaction.atomic():
        due = Message.objects.filter(status="pending", due_at__lte=timezone.now()).order_by("due_at", "id")
        message = due.select_for_update(skip_locked=True).first()
        if message:
            message.tries += 1
            message.due_at = timezone.now() + LEASE
            message.save(update_fields=["tries", "due_at"])
    return message


def work_on(api, message):
    """Read what the message announces, then change everything in one transaction."""
    from correct.django_stack import sharing
    from correct.django_stack.models import Customer, Message

    with sharing.turn(message.end_user_id):
        is_ours = bool(message.end_user_id) and Customer.objects.filter(end_user_id=message.end_user_id).exists()
        listed, readings = read(api, message, time.monotonic() + MESSAGE_S) if is_ours else ({}, {})
        with transaction.atomic():
            if not Message.objects.filter(id=message.id, status="pending").update(status="done"):
                return
            if is_ours:
                if message.event in {"consent.received", "consent.updated", "consent.revoked"}:
                    sharing.apply_event(message)
                sharing.apply_listing(message.end_user_id, listed)
                for name, rows in readings.items():
                    sharing.replace_rows(message.end_user_id, name, rows)
    LOG.info("%s done, message %s, end user %s, consent %s", message.event, *ids(message))


def ids(message):
    """Return the ids of a message in one line of text each."""
    return tuple(ascii(text)[1:-1] for text in (message.message_id, message.end_user_id, message.consent_id))


def read(api, message, until):
    """Return the consents that had to be read, and the rows of the announced dataset."""
    from correct.django_stack.models import Consent
    from correct.flask_client.fiskil import Failure

    if message.event in {"consent.received", "consent.updated"}:
        return api.consents(message.end_user_id, until), {}
    sync = SYNC.fullmatch(message.event)
    if not sync:
        return {}, {}
    is_known = Consent.objects.filter(consent_id=message.consent_id, is_active=True).exists()
    listed = {} if is_known else api.consents(message.end_user_id, until)
    if not is_known and not listed.get(message.consent_id):
        return listed, {}
    try:
        return listed, {sync[1]: api.rows(sync[1], message.end_user_id, until)}
    except Failure as failure:
        if failure.status not in {403, 404}:
            raise
    listed = api.consents(message.end_user_id, until)
    if listed.get(message.consent_id):
        raise Failure("data of an active consent is refused")
    return listed, {}


def postpone(message, error):
    """Schedule the next attempt, or give up after many."""
    from correct.flask_client.fiskil import Failure

    is_over = message.tries >= MOST_TRIES or (isinstance(error, Failure) and error.is_final)
    reason = error.reason if isinstance(error, Failure) else type(error).__name__
    LOG.warning("%s %s: message %s, %s", message.event, "failed" if is_over else "postponed", ids(message)[0], reason)
    pause_s = max(getattr(error, "pause_s", 0.0), min(3.0, 0.2 * 2**message.tries) * random.uniform(0.5, 1))
    message.status = "failed" if is_over else "pending"
    message.due_at = timezone.now() + timedelta(seconds=pause_s)
    message.save(update_fields=["status", "due_at"])


def main():
    """Work until the process ends; after a crash, leases of this only worker are void."""
    from correct.django_stack.api import api
    from correct.django_stack.models import Message

    Message.objects.filter(status="pending").update(due_at=timezone.now())
    while True:
        try:
            close_old_connections()
            message = claim()
            if message is None:
                time.sleep(LOOK_EVERY_S)
                continue
            try:
                work_on(api, message)
            except Exception as error:
                postpone(message, error)
        except Exception:
            LOG.exception("the worker is in trouble")
            time.sleep(1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "correct.django_stack.settings")
    django.setup()
    main()
