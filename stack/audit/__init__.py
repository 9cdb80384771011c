"""`bihuan audit`: what auditors do at a terminal, a module for each kind of act (审计)."""
