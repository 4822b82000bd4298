import { admin } from "@/lib/i18n/admin";

const words = admin.servers;

type Read = { entries: object } | { wrong: string };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The entries of `mcpServers` JSON as other clients write it, or of what stands inside it. What they are worth, the server says. */
export function readEntries(text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { wrong: words.importBad(error instanceof Error ? error.message : String(error)) };
  }
  if (!isObject(value)) return { wrong: words.importNothing };
  const entries = "mcpServers" in value ? value["mcpServers"] : value;
  return isObject(entries) && Object.keys(entries).length > 0 ? { entries } : { wrong: words.importNothing };
}
