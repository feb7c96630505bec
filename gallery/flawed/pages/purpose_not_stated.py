"""States which data it requests, but not for what purpose.

State the purpose beside the data, and in the privacy notice.
"""

from reference_app import app, pages

pages.PURPOSE = "as our partners and we see fit"
build = app.build
