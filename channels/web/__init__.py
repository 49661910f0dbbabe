"""Our own pages as a channel: what is sent becomes a line in the database, which the pages read."""
