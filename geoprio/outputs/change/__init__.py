"""Two finished runs side by side: the report, the swipe map, the tables."""
