"""Reads a body to its end, however long it is, before it looks whether anybody signed it.

Refuse by Content-Length, and stop reading at a bound of your own.
"""

from correct import stdlib_receiver

stdlib_receiver.LARGEST_BODY = 1 << 40
stdlib_receiver.serve()
