"""Questions to a journal that several probes share; each returns values, never a verdict."""
