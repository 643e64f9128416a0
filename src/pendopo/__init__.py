"""Pendopo: the software of a public service mall (Mal Pelayanan Publik)."""

__version__ = "0.1.0"
