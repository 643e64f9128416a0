"""Pages of the heart: the citizen's way through a form, their own page, the officer's desk."""
