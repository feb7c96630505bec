"""Takes the cursor from the link and puts it into a URL as it is, so a plus sign in it becomes a space.

Follow the link unchanged, or let the HTTP client encode the query.
"""

from urllib.parse import parse_qsl, urlsplit

from reference_app import app, worker
from reference_app.fiskil import paging

_following = paging.following


def following(link, current):
    """Return the URL of the next page with its query decoded."""
    url = urlsplit(_following(link, current))
    query = "&".join(f"{name}={value}" for name, value in parse_qsl(url.query))
    return url._replace(query=query).geturl()


paging.following = following
# With eight tries the app works for 17 to 26 s, so its flaw was sometimes found and sometimes INCONCLUSIVE.
worker.MOST_TRIES = 6
build = app.build
