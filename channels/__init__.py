"""Messages on their way to people outside, one driver a file, and the words for them."""
