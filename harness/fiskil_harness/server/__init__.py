"""Servers on this machine: ``LocalFiskil``, ``serve``, their control API, and the relay to the hosted API."""
