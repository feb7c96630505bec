"""Renders a GateResult, its only input, for a terminal, for people, for machines and for CI."""
