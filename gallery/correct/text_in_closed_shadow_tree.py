"""Lists the requested data in a closed shadow tree, which scripts cannot read."""

import re

from reference_app import app, pages

_connect = pages.connect


def connect(ref):
    """Move the list into the shadow tree; people see it as before."""
    return re.sub(r"(<ul>.*?</ul>)", r'<div><template shadowrootmode="closed">\1</template></div>', _connect(ref))


pages.connect = connect
build = app.build
