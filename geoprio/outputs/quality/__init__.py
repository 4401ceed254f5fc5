"""What was read, used and set aside: the data-quality report as data, text and page."""
