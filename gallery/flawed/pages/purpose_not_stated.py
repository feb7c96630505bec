"""Says which data is asked for, and nowhere what it is used for.

Tell the purpose beside the data, and in the privacy notice.
"""

from reference_app import app, pages

pages.PURPOSE = "as our partners and we see fit"
build = app.build
