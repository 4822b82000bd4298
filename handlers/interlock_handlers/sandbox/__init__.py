"""What holds the processes that we start for people: what they see, what they may use, and that they end."""
