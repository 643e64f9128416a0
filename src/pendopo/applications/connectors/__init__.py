"""Things outside Python that the heart talks to: spreadsheets."""
