"""The icons and logos of institutions: drawings with the first letter of the name."""

from html import escape

from starlette.exceptions import HTTPException

from fiskil_harness.sandbox.store import Store

WIDTHS = {"icon": 64, "logo": 128}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="64"><rect width="100%" height="100%" fill="#246"/>'
    '<text x="50%" y="44" fill="#fff" font-size="40" text-anchor="middle">{letter}</text></svg>'
)


def drawing_of(store: Store, name: str) -> str:
    """Return the picture *name*, such as ``88888-icon``, as SVG.

    Raises:
        HTTPException: 404, there is no such picture.
    """
    institution_id, _, kind = name.rpartition("-")
    institution = store.institutions.get(institution_id)
    if institution is None or not institution.has_pictures or kind not in WIDTHS:
        raise HTTPException(404)
    return DRAWING.format(letter=escape(institution.name[0]), width=WIDTHS[kind])
