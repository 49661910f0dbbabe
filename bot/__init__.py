"""The running program: the only place where parts are put together."""
