"""Letters into a folder, where no service sends them: the demo's post."""
