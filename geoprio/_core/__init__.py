"""What every part shares: errors, findings, column names, working CRS, files."""
