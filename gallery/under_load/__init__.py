"""Flawed apps whose flaws only load reveals: a soak test finds each of them, and the gate opens for it."""
