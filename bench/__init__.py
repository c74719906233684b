"""What we measure, each by itself: ``python -m bench.<name>``, or all of them: ``make bench``."""
