"""What residents say, and the list of projects that follows."""
