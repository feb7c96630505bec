"""Verifies the signature but not the signed timestamp, so an old message can be replayed.

Refuse a timestamp that differs from the current time by more than five minutes.
"""

from correct import standard_webhooks

standard_webhooks.is_timely = lambda _: True
build = standard_webhooks.build
