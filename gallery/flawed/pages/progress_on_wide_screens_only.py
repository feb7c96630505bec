"""Says on a wide screen that something is under way while Fiskil is slow, and leaves it out on a phone.

Show it where people are: most of them hold a phone.
"""

from reference_app import app, layout

layout.PROGRESS_SCRIPT = layout.PROGRESS_SCRIPT.replace('event.target.setAttribute("aria-busy", "true");', "")
layout._STYLE += "@media (max-width: 36rem) { #progress { display: none } }"
layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
build = app.build
