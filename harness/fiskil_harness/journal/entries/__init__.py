"""One frozen class for each kind of observation in the journal."""
