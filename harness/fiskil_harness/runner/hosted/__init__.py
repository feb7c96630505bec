"""Fiskil's own API in the sandbox's place: what can be rehearsed there, reading only, and what never can."""
