"""Tables only: scores to grades, to ranked lists, to reasons."""
