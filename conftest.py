"""What pytest must know before it collects anything."""

pytest_plugins = ["pytester"]
