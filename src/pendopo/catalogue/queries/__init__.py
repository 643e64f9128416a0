"""All reads of the catalogue."""
