"""Keeps the page with balances and purchases for a minute, so it still shows them after the consent was revoked.

Clear the cache whenever an event changes a consent or its data.
"""

from correct import money_page_cached_for_4_seconds as money_page

money_page.KEPT_S = 60.0
build = money_page.build
