"""Programs for those who change this code: generators of documentation, and checks of the whole."""
