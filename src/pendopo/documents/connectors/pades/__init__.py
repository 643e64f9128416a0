"""The signing key."""
