"""One file per digest section; each returns its lines, or none where nothing is new."""
