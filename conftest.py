"""Loads the pytest plugins that only the root conftest may load."""

pytest_plugins = ["pytester"]
