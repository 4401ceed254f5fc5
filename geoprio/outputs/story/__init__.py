"""The start page that leads through a whole study."""
