"""Verifies the signature, and never looks at the time that was signed: what an eavesdropper kept is good for ever.

Refuse what was signed more than five minutes ago, or for a time to come.
"""

from correct import standard_webhooks

standard_webhooks.is_timely = lambda _: True
build = standard_webhooks.build
