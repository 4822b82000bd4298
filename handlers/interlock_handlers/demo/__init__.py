"""The rules of the demo model: read a sentence, pick tools, fill their arguments, tell what came of it."""
