"""Renderings of a GateResult, which is all they read: for a terminal, for machines, for CI."""
