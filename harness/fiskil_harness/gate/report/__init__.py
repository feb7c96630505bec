"""Renderers of a GateResult: for the terminal, as HTML and Markdown for people, as JSON, and as JUnit XML for CI."""
