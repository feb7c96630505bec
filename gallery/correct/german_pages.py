"""Shows every page in German."""

from html import escape

from reference_app import app, failures, layout, pages
from reference_app.failures import Explanation

WORDS = {
    "AUTH_SESSION_CANCELLED": (
        "Sie haben abgebrochen",
        "Es wurde nichts geteilt.",
        "Beginnen Sie neu, wann Sie wollen.",
    ),
    "CONSENT_ENDUSER_DENIED": ("Sie haben abgelehnt", "Ihre Bank hat uns nichts gegeben.", "Sie können neu beginnen."),
    "CONSENT_OTP_FAILURE": ("Der Code war falsch", "Ihre Bank hat Sie nicht erkannt.", "Holen Sie sich einen neuen Code."),
    "CONSENT_ENDUSER_INELIGIBLE": (
        "Das Konto ist gesperrt",
        "Ihre Bank teilt es noch nicht.",
        "Fragen Sie zuerst Ihre Bank.",
    ),
    "CONSENT_TIMEOUT": ("Das hat zu lange gedauert", "Die Zeit bei der Bank ist um.", "Beginnen Sie bitte noch einmal."),
}
OTHERWISE = ("Die Bank hat eine Störung", "Es liegt nicht an Ihnen.", "Versuchen Sie es in ein paar Minuten.")

_explain = failures.explain


def explain(error_type):
    """Return the texts for an error type."""
    title, happened, advice = WORDS.get(error_type, OTHERWISE)
    return Explanation(_explain(error_type).status, title, happened, advice, "Neu beginnen")


def connect(ref):
    """Render the page that states which data and why."""
    return layout.render(
        "Konto verbinden",
        "<p>Wir fragen Ihre Bank nach Konten, Salden und Umsätzen für Ihr Haushaltsbuch.</p>"
        f'<form method="post" action="/connect"><input type="hidden" name="customer" value="{escape(ref)}">'
        '<button>Weiter zur Bank (connect)</button></form><p><a href="/privacy">Datenschutz</a></p>'
        '<p id="progress" role="status" hidden>Ihre Bank wird geöffnet …</p>'
        f"<script>{layout.PROGRESS_SCRIPT}</script>",
    )


def thanks(*, ref, connection):
    """Render the page after a journey."""
    text = "Ihre Daten sind da." if connection == "connected" else "Ihre Umsätze werden gerade abgeholt."
    return layout.render("Danke", f'<p role="status">{text}</p>')


def unavailable(message, *, ref):
    """Render the page for a call that failed."""
    return layout.render("Das hat nicht geklappt", "<p>Die Verbindung zur Bank ist gestört. Bitte später noch einmal.</p>")


def connections(ref, state):
    """Render what is shared."""
    if state["connection"] == "syncing":
        return layout.render("Ihre Verbindungen", "<p>Ihre Umsätze werden gerade abgeholt.</p>")
    active = [entry for entry in state["consents"] if entry["status"] == "active"]
    return layout.render(
        "Ihre Verbindungen",
        "".join(consent(entry, ref) for entry in active) or "<p>Sie teilen nichts.</p>",
    )


def consent(details, ref):
    """Render the bank, the data, the end date and the control to end the consent."""
    day = ".".join(reversed(details.get("expires_at", "")[:10].split("-")))
    return (
        f"<section><h2>{escape(details.get('institution_name', ''))}</h2><p>Konten, Salden, Umsätze, bis zum {day}</p>"
        f'<form method="post" action="/customers/{escape(ref)}/consents/{escape(details["consent_id"])}/end">'
        "<button>Freigabe beenden</button></form></section>"
    )


failures.explain = explain
pages.connect, pages.thanks, pages.unavailable, pages.connections = connect, thanks, unavailable, connections
build = app.build
