"""Files on disk through the door, for an operator: what is read, what is written, and one line of report for each.

Where the work is done (here, or in other processes) is the business of a `Crew`.
"""

from deidentify.batch.errors import BatchError
from deidentify.batch.run import BatchCounts, BatchOptions, deidentify_paths
from deidentify.batch.secret import read_secret

__all__ = ["BatchCounts", "BatchError", "BatchOptions", "deidentify_paths", "read_secret"]
