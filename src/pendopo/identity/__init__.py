"""People and businesses, mandates, facts with provenance, consent, who read what."""
