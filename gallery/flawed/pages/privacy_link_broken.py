"""Links a privacy notice that is not there.

A link that people are to rely on must lead to a page with the words.
"""

from reference_app import app, layout


async def privacy(request):
    """It moved with the last release."""
    return layout.respond(layout.render("Not found", "<p>There is nothing here.</p>"), status=404)


app.privacy = privacy
build = app.build
