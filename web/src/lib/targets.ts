import type { ToolInfo } from "./protocol";

/** What rules and permissions can be about, as far as this person knows it. */
export interface Targets {
  servers: { id: string; name: string }[];
  threads: { id: string; title: string }[];
  /** The tools of this person's own agent, whose definitions are known. */
  toolset: ToolInfo[];
}

const HASHED = /_[0-9a-f]{8}$/;
const STEM = 55;

/** The definition of a server's tool in a toolset, where tools have the names that models use: `<server>__<tool>`. */
export function definitionOf(toolset: ToolInfo[], server: string, tool: string): ToolInfo | null {
  const plain = `${server}__${tool}`;
  const own = toolset.filter((known) => known.server === server);
  const same = own.find((known) => known.name === plain);
  if (same) return same;
  const stem = plain.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, STEM);
  const hashed = own.filter((known) => HASHED.test(known.name) && known.name.slice(0, -9) === stem);
  return hashed.length === 1 ? (hashed[0] ?? null) : null;
}
