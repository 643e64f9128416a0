"""A payment provider that speaks with the symmetric signature of the national open payment standard (SNAP)."""
