"""A Fiskil that listens on this machine: ``LocalFiskil``, ``serve``, the control API and the relay server."""
