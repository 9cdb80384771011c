"""Our steps; this file imports nothing, so that workflows can read `contracts` alone."""
