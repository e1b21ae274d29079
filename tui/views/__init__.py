"""What is written on the screens: pure functions from values to text, tested without a terminal."""
