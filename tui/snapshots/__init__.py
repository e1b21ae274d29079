"""What a screen shows, gathered once in the background: plain values that no widget and no database row is part of."""
