"""What each address answers: one module per subject, each with a `routes(site)`."""
