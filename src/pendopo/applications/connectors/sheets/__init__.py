"""Spreadsheets as people send them: Excel's .xlsx and CSV, read row by row and written back."""

from pendopo.applications.connectors.sheets.reading import CSV, XLSX, kind_of, rows_of
from pendopo.applications.connectors.sheets.writing import write_csv, write_template, write_xlsx

__all__ = ["CSV", "XLSX", "kind_of", "rows_of", "write_csv", "write_template", "write_xlsx"]
