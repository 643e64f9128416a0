"""Bills, payment attempts, the ledger: integer rupiah, append-only, exactly once."""
