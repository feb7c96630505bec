"""The reverse proxy between an app and the hosted API: read-only, bounded, and able to apply faults."""
