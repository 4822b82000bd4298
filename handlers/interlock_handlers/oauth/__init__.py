"""Signing in to MCP servers: OAuth 2.1 as its steps, without memory; whoever takes them keeps what is between."""
