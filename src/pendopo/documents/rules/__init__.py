"""Pure decisions about files and papers: what content is accepted, how numbers and codes are written, what is valid."""
