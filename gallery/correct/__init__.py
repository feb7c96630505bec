"""Apps without a flaw that differ from the reference app, to see that the judge accuses none of them."""
