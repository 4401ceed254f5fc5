"""The map page: what it shows and how it is packed."""
