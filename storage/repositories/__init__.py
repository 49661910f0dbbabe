"""One repository per subject: values of the domain to rows, and back."""
