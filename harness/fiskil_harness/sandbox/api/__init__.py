"""The HTTP API of the sandbox: one module per resource, named as in the URL path."""
