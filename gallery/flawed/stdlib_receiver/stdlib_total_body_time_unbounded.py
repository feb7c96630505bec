"""Limits the time between two pieces of a body and not that of the whole, so a byte now and then keeps a thread for good.

Give the whole request a deadline.
"""

from correct import stdlib_receiver

stdlib_receiver.serve()
