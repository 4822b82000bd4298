"""What connected servers have for people besides tools: resources to read, and prompts."""
