"""Where catalogue data comes from."""
