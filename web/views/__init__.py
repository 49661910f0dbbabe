"""From domain values to the JSON that pages read; what a member may not see is left out here."""
