"""The look: layout, components, styles, words. Knows no module's data."""
