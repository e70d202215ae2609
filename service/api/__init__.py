"""The HTTP API and the pages: `app.py` puts them together, one file for each resource."""
