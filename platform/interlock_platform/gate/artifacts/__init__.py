"""What tools gave that is no text of a card: images, sounds, files, to look at or to download."""
