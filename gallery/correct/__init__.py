"""Apps without a flaw that differ from the reference app; the gate must report no violation for them."""
