"""Apps with exactly one flaw each, to see that the judge finds it; `gallery.toml` says which."""
