"""Door: the database brought to the newest shape, then filled with what every start needs."""
