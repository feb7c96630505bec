"""Entry classes of the journal: one frozen class for each kind of observation."""
