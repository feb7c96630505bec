"""The hosted consent page: plain HTML forms that follow the table of the consent journey."""
