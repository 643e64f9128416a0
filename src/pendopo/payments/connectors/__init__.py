"""Everything outside that money goes through; one folder a provider, each with a client and a mapping."""
