"""Decisions about days, terms and hours. Pure."""
