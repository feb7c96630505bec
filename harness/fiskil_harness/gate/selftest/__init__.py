"""The judge tried on the gallery: flawed apps that it must catch, and correct ones that it must not accuse."""
