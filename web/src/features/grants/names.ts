import type { Grant, ToolClass } from "@/lib/policyProtocol";

/** What people call the tool of a permission. */
export function toolName(grant: Grant, tools: ToolClass[]): string {
  return tools.find(({ server, tool }) => server === grant.server && tool === grant.tool)?.title ?? grant.tool;
}
