"""Creates the auth session first, then shows the page that states the data, with a link to the consent page."""

from html import escape

from reference_app import app, failures, forms, journeys, layout, pages
from reference_app.fiskil.errors import FiskilError
from reference_app.parts import parts_of

_connect = journeys.connect


def begin(ref):
    """Return the first page, which states no data."""
    field = f'<input type="hidden" name="customer" value="{escape(ref)}">'
    form = f'<form method="post" action="/connect">{field}<button>Connect your bank</button></form>'
    progress = '<p id="progress" role="status" hidden>We start the secure connection…</p>'
    script = f"<script>{layout.PROGRESS_SCRIPT}</script>"
    return layout.render("Connect your bank", f"<p>See where your money goes.</p>{form}{progress}{script}")


async def connect(request):
    """Create the session, and return the page that states what is shared."""
    if not forms.is_from_page(request):
        return await _connect(request)
    parts, form = parts_of(request), await forms.read(request)
    try:
        session = await journeys.within_deadline(
            parts.settings, lambda deadline: journeys.start_session(parts, form.ref, form.email, deadline)
        )
    except FiskilError as error:
        return failures.respond("connect", error, ref=form.ref, is_page=True)
    text = f"<p>We ask your bank for your accounts, balances and transactions, {pages.PURPOSE}.</p>"
    links = (
        '<p><a href="/privacy">How we use your data</a></p>'
        f'<p><a class="button" href="{escape(session.auth_url)}">Continue to your bank</a></p>'
    )
    return layout.respond(layout.render("What you share", text + links))


journeys.connect = connect
pages.connect = begin
build = app.build
