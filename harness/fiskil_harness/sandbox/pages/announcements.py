"""A stream of server-sent events that notifies an open consent page at once when its journey has ended elsewhere.

A developer or a test ends a journey with ``conclude`` or a control request while a browser shows its page. The page's script
reads this stream, and loads the page again when the ending is announced: then the browser is redirected, or the embedding
window gets its message. Endings by a form of the page itself are not announced, because the response to the form has them.
"""

import asyncio
from collections.abc import AsyncIterator

from fiskil_harness.sandbox.store import Store

PATH = "/announcements"
OPENED = ": open\n\n"
ENDED, CLOSED = "event: ended\ndata:\n\n", "event: closed\ndata:\n\n"


async def announcements_of(store: Store, session_id: str) -> AsyncIterator[str]:
    """Yield ``ended`` when the journey of the session has ended without its page; ``closed`` if that cannot happen any more.

    Browsers open a stream again that ends without an event.
    """
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def notify() -> None:
        loop.call_soon_threadsafe(changed.set)

    store.page_listeners.add(notify)
    try:
        yield OPENED
        while (session := store.sessions.get(session_id)) is not None and not session.has_returned:
            if session.is_announced:
                yield ENDED
                return
            await changed.wait()
            changed.clear()
        yield CLOSED
    finally:
        store.page_listeners.discard(notify)
