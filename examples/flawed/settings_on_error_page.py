"""Shows its whole configuration on the page that says that something failed, as frameworks do while debugging is on.

Tell people what happened and what to do; settings are for nobody's eyes.
"""

import os

from reference_app import app, pages

_unavailable = pages.unavailable


def unavailable(message, *, ref):
    """It helps to find the mistake."""
    told = "".join(f"<tr><td>{name}</td><td>{os.environ[name]}</td></tr>" for name in os.environ if "FISKIL" in name)
    return _unavailable(message, ref=ref).replace(
        "</main>", f"<details><summary>Details</summary><table>{told}</table></details></main>"
    )


pages.unavailable = unavailable
build = app.build
