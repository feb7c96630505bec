"""Builds the URL of the next page from the cursor and the end user's id alone, so later pages ignore the filters.

Follow the next link as it is: it contains the filters of the first request.
"""

from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from reference_app import app
from reference_app.fiskil import paging

_following = paging.following


def following(link, current):
    """Return the URL of the next page without the filters of the list."""
    target = urlsplit(_following(link, current))
    kept = {name: values for name, values in parse_qs(target.query).items() if name in {"end_user_id", "page[after]"}}
    return urlunsplit(target._replace(query=urlencode(kept, doseq=True)))


paging.following = following
build = app.build
