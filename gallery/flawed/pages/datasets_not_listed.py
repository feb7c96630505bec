"""Redirects end users to their bank without stating which data it requests.

List every dataset beside the button.
"""

from reference_app import app, layout, pages


def connect(ref):
    """Render the page without the datasets."""
    return layout.render(
        "Connect your bank",
        f"<p>Two minutes, and you see where you stand, {pages.PURPOSE}.</p>"
        '<p>You can stop at any time. <a href="/privacy">How we use your data</a></p>'
        f'<form method="post" action="/connect"><input type="hidden" name="customer" value="{ref}">'
        "<button>Continue to your bank</button></form>",
    )


pages.connect = connect
build = app.build
