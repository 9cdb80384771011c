"""Chinese text in, labels and reasons out."""
