"""The programme within the money: its page, its tables, its words."""
