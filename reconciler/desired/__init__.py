"""What people write: documents with the line of every value, and what is wrong with them."""
