"""The one list of running, waiting and finished."""
