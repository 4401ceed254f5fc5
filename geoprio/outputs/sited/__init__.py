"""Where a new facility helps most: its page and its tables."""
