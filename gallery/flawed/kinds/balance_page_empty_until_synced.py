"""Returns the customer to a page with their balances, which is empty and without a note until the data arrives.

State on the page after the journey that the data is still syncing.
"""

from reference_app import app, journeys, layout, pages, state
from reference_app.parts import parts_of

_callback = journeys.callback


async def callback(request):
    """Show the balances that are stored now."""
    await _callback(request)
    attempt = await journeys._attempt_of(request)
    shown = await parts_of(request).database.read(state.of_end_user, attempt.end_user_id)
    return layout.respond(layout.render("Your budget", "<p>Your bank is connected.</p>" + pages._balances(shown)))


journeys.callback = callback
build = app.build
