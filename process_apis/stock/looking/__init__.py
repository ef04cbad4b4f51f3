"""Why a figure is what it is, and what it was."""
