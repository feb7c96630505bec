"""Reads the first page of a list and takes it for the whole list."""

from reference_app import app
from reference_app.fiskil import paging

paging.following = lambda *_: ""
build = app.build
