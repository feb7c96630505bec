"""The API on the wire: one module per resource, named as in the URL; the vendor's spelling is translated here."""
