"""What happens next in a run: the kinds of courses, and how a run begins."""
