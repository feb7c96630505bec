"""Limits the time between two parts of a body but not the total, so a slow body occupies a thread.

Give the whole request a deadline.
"""

from correct import stdlib_receiver

stdlib_receiver.serve()
