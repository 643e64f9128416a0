"""What the documents module speaks to that is not ours: the typesetter, the signing key, the disk."""
