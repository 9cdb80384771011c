"""Door: the HTTP interface. Parse, authorise, call, answer."""
