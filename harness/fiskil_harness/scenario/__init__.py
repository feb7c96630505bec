"""Scenarios as values: their steps, how they are selected and generated, and the stage that steps act on."""
