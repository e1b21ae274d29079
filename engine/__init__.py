"""How one learns it: cards, scheduling, sessions, grading, mastery and the log."""
