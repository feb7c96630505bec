"""Hostile input: names, texts, paths, files and environments. Later features join here."""
