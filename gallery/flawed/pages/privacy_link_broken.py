"""Links to a privacy notice that does not exist.

Make the link lead to a page with the notice.
"""

from reference_app import app, layout


async def privacy(request):
    """Return 404."""
    return layout.respond(layout.render("Not found", "<p>There is nothing here.</p>"), status=404)


app.privacy = privacy
build = app.build
