"""Apps with exactly one flaw each, which the gate must find; each `gallery.toml` names the violated practice."""
