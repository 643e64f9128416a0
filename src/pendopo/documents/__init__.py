"""What people upload and what agencies issue: numbering, typesetting, signing, verification."""
