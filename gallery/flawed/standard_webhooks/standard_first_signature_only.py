"""Looks at the first of several signatures alone, so every message is refused while a key is being changed.

A message is genuine if any of its signatures of a known version is right.
"""

from correct import standard_webhooks

standard_webhooks.signatures_of = lambda given: given.split()[:1]
build = standard_webhooks.build
