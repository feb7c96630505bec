"""The part of a soak test that runs inside Locust: it may import only the pure parts of the package."""

PROBLEM_FILE = "problem"
"""The file in which a process of Locust leaves the reason why it gave up."""
