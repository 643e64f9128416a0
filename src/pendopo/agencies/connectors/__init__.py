"""Systems outside that agencies and registries own; one folder each, with a client and a mapping."""
