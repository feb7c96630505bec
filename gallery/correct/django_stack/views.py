"""The views for browsers, programs and Fiskil; each request has eight seconds."""

import base64
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import time
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from correct.django_stack import sharing
from correct.django_stack.api import api
from correct.django_stack.models import Attempt, Consent, Customer, Message, Row
from correct.flask_client.fiskil import Failure

LOG = logging.getLogger("web")
REQUEST_S = 8.0
CANCELLED = {"AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"}
SORRY = "The bank connection is not working right now. Please try again in a few minutes."
KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET", ""))
ADDRESSES = {address for address in os.environ.get("FISKIL_WEBHOOK_ALLOWED_IPS", "").split(",") if address}


class ContentSecurityPolicy:
    """Allows no script and no style of other origins, and scripts of ours with a nonce only."""

    def __init__(self, get_response):
        self._get_response = get_response

    def __call__(self, request):
        """Add the header."""
        request.nonce = secrets.token_urlsafe(16)
        response = self._get_response(request)
        response["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'nonce-{request.nonce}'; style-src 'nonce-{request.nonce}';"
            " form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'"
        )
        response["Cache-Control"] = "no-store"
        return response


@require_GET
def healthz(request):
    """Return 200 while the database responds."""
    Customer.objects.exists()
    return JsonResponse({"status": "ok"})


@require_GET
def home(request):
    """Show the home page."""
    return render(request, "home.html")


@require_GET
def privacy(request):
    """Show the privacy notice."""
    return render(request, "privacy.html")


@csrf_exempt
@require_POST
def receive(request):
    """Verify, store, acknowledge; the worker does the rest."""
    if not KEY:
        return HttpResponse(status=503)
    if ADDRESSES and request.META["REMOTE_ADDR"] not in ADDRESSES:
        LOG.warning("webhook refused: unknown address")
        return HttpResponse(status=403)
    expected = base64.b64encode(hmac.new(KEY, request.body, hashlib.sha256).digest())
    if not hmac.compare_digest(expected, request.headers.get("X-Fiskil-Signature", "").encode()):
        LOG.warning("webhook refused: invalid signature")
        return HttpResponse(status=401)
    message = parsed(request.body)
    published_at = instant(message["publish_time"]) if message else None
    if published_at is None or any(len(text) > 256 for text in (message["message_id"], *ids_of(message["data"]))):
        LOG.warning("webhook refused: invalid message")
        return HttpResponse(status=400)
    event, end_user_id, consent_id = ids_of(message["data"])
    try:
        _, is_new = Message.objects.get_or_create(
            message_id=message["message_id"],
            defaults={
                "event": event,
                "end_user_id": end_user_id,
                "consent_id": consent_id,
                "published_at": published_at,
                "due_at": timezone.now(),
            },
        )
    except DatabaseError:
        LOG.exception("webhook not stored: %a", message["message_id"])
        return HttpResponse(status=503)
    LOG.info("webhook %s: %a %a", "stored" if is_new else "repeated", message["message_id"], event)
    return HttpResponse(status=204)


def parsed(body):
    """Return a message with the required fields, or None if the body is no such message."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    event = message.get("data") if isinstance(message, dict) else None
    if not isinstance(event, dict):
        return None
    event = {"end_user_id": "", "consent_id": "", **event}
    texts = (message.get("message_id"), message.get("publish_time"), event.get("event"), *ids_of({"event": "", **event})[1:])
    are_texts = all(isinstance(text, str) and text.isprintable() for text in texts)
    return {**message, "data": event} if are_texts and texts[0] else None


def ids_of(event):
    """Return the kind of an event and its ids."""
    return event["event"], event["end_user_id"], event["consent_id"]


def instant(text):
    """Return an aware time, or None if *text* is no time."""
    try:
        parsed_time = datetime.fromisoformat(text)
        return (parsed_time if parsed_time.tzinfo else parsed_time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@require_GET
def connect(request):
    """Show which data the app requests, and why."""
    return render(request, "connect.html", {"ref": request.GET.get("customer", "")[:100]})


@csrf_exempt
@require_POST
def start(request):
    """Open an auth session: for a form, redirect to the consent page; for a program, return its URL."""
    is_form = request.content_type != "application/json"
    ref = request.POST.get("customer") if is_form else customer_in(request.body)
    if not isinstance(ref, str) or not ref or len(ref) > 100:
        return trouble(request, status=400, text="Please tell us which customer this is about.")
    try:
        auth_url = open_session(request, ref, time.monotonic() + REQUEST_S)
    except Failure as failure:
        LOG.warning("auth session failed: %s", failure.reason)
        return trouble(request, status=503, text=SORRY)
    return HttpResponseRedirect(auth_url) if is_form else JsonResponse({"auth_url": auth_url})


def customer_in(body):
    """Return the customer in a JSON body, or None."""
    try:
        payload = json.loads(body)
    except ValueError:
        return None
    return payload.get("customer") if isinstance(payload, dict) else None


def open_session(request, ref, until):
    """Create the end user if necessary, and an auth session."""
    with sharing.turn(f"customer {ref}"):
        customer, _ = Customer.objects.get_or_create(ref=ref)
        if not customer.end_user_id:
            give_end_user(customer, until)
    back = f"{request.scheme}://{request.get_host()}/returned"
    session_id, auth_url, expires_at = api.create_session(customer.end_user_id, back, until)
    if urlsplit(auth_url)[:2] != urlsplit(os.environ["FISKIL_AUTH_URL"])[:2]:
        raise Failure("a consent page at an unexpected address")
    Attempt.objects.create(session_id=session_id, customer=customer, expires_at=expires_at)
    LOG.info("journey started: session %a, end user %s", session_id, customer.end_user_id)
    return auth_url


def give_end_user(customer, until):
    """Create the end user of a customer. After an attempt with an unknown outcome, search before creating again."""
    email = re.sub(r"[^A-Za-z0-9._+-]", "-", customer.ref) + "@customers.example"
    lost = []
    if customer.is_being_created:
        known = set(Customer.objects.exclude(end_user_id="").values_list("end_user_id", flat=True))
        lost = [end_user_id for end_user_id in api.end_user_ids(email, until) if end_user_id not in known]
    Customer.objects.filter(id=customer.id).update(is_being_created=True)
    customer.end_user_id = lost[0] if lost else api.create_end_user(email, until)
    customer.is_being_created = False
    customer.save()


@require_GET
def returned(request):
    """Show the outcome of a journey. Only events and the API prove a consent, so this changes an attempt's status only."""
    error = request.GET.get("error_type") or request.GET.get("error") or ""
    status = "returned" if not error else "cancelled" if error in CANCELLED else "failed"
    session_id = request.GET.get("session_id", "")
    Attempt.objects.filter(session_id=session_id, status="pending").update(status=status)
    attempt = Attempt.objects.filter(session_id=session_id).select_related("customer").first()
    level = logging.INFO if status == "returned" else logging.WARNING
    details = (status, session_id, error, request.GET.get("error_id", ""))
    LOG.log(level, "journey %s: session %a, error %a, error_id %a", *details)
    ref = attempt.customer.ref if attempt else ""
    is_connected = attempt is not None and sharing.connection_of(attempt.customer.end_user_id) == "connected"
    outcome = "ineligible" if error == "CONSENT_ENDUSER_INELIGIBLE" else status
    return render(request, "returned.html", {"status": outcome, "ref": ref, "is_connected": is_connected})


@require_GET
def connections(request):
    """Show what a customer shares, and the controls to end it."""
    ref = request.GET.get("customer", "")
    customer = sharing.customer_of(ref)
    end_user_id = customer.end_user_id if customer else ""
    rows = {name: Row.objects.filter(end_user_id=end_user_id, dataset=name) for name in ("accounts", "balances")}
    balances = {row.columns.get("account_id"): row.columns.get("current_balance") for row in rows["balances"]}
    accounts = [(row.columns, balances.get(row.columns.get("account_id"), "")) for row in rows["accounts"]]
    consents = Consent.objects.filter(end_user_id=end_user_id, is_active=True).order_by("id") if end_user_id else []
    is_syncing = bool(end_user_id) and sharing.connection_of(end_user_id) == "syncing"
    context = {"ref": ref, "consents": consents, "accounts": accounts, "is_syncing": is_syncing}
    return render(request, "connections.html", context)


@csrf_exempt
@require_POST
def refresh(request, ref):
    """Read everything again."""
    customer = sharing.customer_of(ref)
    if customer is None:
        return JsonResponse({"message": "There is nothing connected."}, status=404)
    try:
        sharing.refresh(api, customer.end_user_id, time.monotonic() + REQUEST_S)
    except Failure as failure:
        LOG.warning("refresh failed: end user %s, %s", customer.end_user_id, failure.reason)
        return JsonResponse({"message": SORRY}, status=503)
    return JsonResponse({"status": "done"})


@csrf_exempt
@require_POST
def disconnect(request, ref):
    """End every consent of a customer."""
    customer = sharing.customer_of(ref)
    if customer is None:
        return JsonResponse({"message": "There is nothing connected."}, status=404)
    try:
        until = time.monotonic() + REQUEST_S
        listed = api.consents(customer.end_user_id, until)
        active = {consent_id for consent_id, readable in listed.items() if readable}
        stored = Consent.objects.filter(end_user_id=customer.end_user_id, is_active=True)
        for consent_id in sorted(active | set(stored.values_list("consent_id", flat=True))):
            end_consent(customer.end_user_id, consent_id, until)
    except Failure as failure:
        LOG.warning("disconnect failed: end user %s, %s", customer.end_user_id, failure.reason)
        return JsonResponse({"message": SORRY}, status=503)
    return JsonResponse({"status": "done"})


@require_POST
def disconnect_on_page(request):
    """End one consent of a customer, then show the connections again."""
    ref, consent_id = request.POST.get("customer", ""), request.POST.get("consent", "")
    customer = sharing.customer_of(ref)
    if customer and Consent.objects.filter(consent_id=consent_id, end_user_id=customer.end_user_id).exists():
        try:
            end_consent(customer.end_user_id, consent_id, time.monotonic() + REQUEST_S)
        except Failure as failure:
            LOG.warning("disconnect failed: end user %s, %s", customer.end_user_id, failure.reason)
            return trouble(request, status=503, text=SORRY)
    return HttpResponseRedirect(f"/connections?{urlencode({'customer': ref})}")


def end_consent(end_user_id, consent_id, until):
    """End a consent at Fiskil first, or sharing would continue; then here."""
    api.revoke(consent_id, until)
    with transaction.atomic():
        sharing.apply_listing(end_user_id, {consent_id: set()})
    LOG.info("consent revoked by the customer: end user %s, consent %s", end_user_id, consent_id)


@require_GET
def effects(request):
    """Return counts, pending messages and the state of one end user to the harness."""
    end_user_id = request.GET.get("end_user_id", "")
    messages = Message.objects.filter(end_user_id=end_user_id) if end_user_id else Message.objects.all()
    return JsonResponse(
        {
            "applied": {message.message_id: 1 for message in messages if message.status == "done"},
            "pending": sum(message.status == "pending" for message in messages),
            "state": sharing.state_of(end_user_id),
        }
    )


def trouble(request, exception=None, *, status=500, text="Something went wrong on our side. Please try again in a minute."):
    """Explain a failure: as a page, or as JSON for programs."""
    if isinstance(exception, IntegrityError):
        status = 503
    if "text/html" in request.headers.get("Accept", ""):
        return render(request, "trouble.html", {"text": text, "ref": request.POST.get("customer", "")}, status=status)
    return JsonResponse({"message": text}, status=status)
