"""Use cases: one file per subject, one function per command. No handler calls another's step."""
