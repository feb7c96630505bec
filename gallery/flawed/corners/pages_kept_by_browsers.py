"""Lets browsers keep every page for ten minutes, so the connections page still lists a consent that has ended.

Send ``Cache-Control: no-store`` with pages that show shared data.
"""

from reference_app import app, layout

layout._HEADERS["Cache-Control"] = "private, max-age=600"
build = app.build
