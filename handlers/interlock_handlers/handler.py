"""What the platform has of a user's MCP servers: connections in this process, or in one apart."""

from interlock_handlers.apart.remote import RemoteHandler
from interlock_handlers.mcp import MCPHandler

Handler = MCPHandler | RemoteHandler
