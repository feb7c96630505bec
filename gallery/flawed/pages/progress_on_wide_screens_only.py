"""Shows progress on wide screens only, and hides it on phones.

Show progress on every screen.
"""

from reference_app import app, layout

layout.PROGRESS_SCRIPT = layout.PROGRESS_SCRIPT.replace('event.target.setAttribute("aria-busy", "true");', "")
layout._STYLE += "@media (max-width: 36rem) { #progress { display: none } }"
layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
build = app.build
