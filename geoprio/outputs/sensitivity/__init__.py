"""How sure a ranking is: its report and its tables."""
