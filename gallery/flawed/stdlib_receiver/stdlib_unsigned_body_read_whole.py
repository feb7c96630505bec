"""Reads a body of any length before it checks the signature.

Refuse by Content-Length, and stop reading at a limit.
"""

from correct import stdlib_receiver

stdlib_receiver.LARGEST_BODY = 1 << 40
stdlib_receiver.serve()
