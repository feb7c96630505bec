"""The API on the wire: one module per resource, named as in the URL; Fiskil's spellings are translated here."""
