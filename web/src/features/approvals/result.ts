import type { Call, Json } from "@/lib/protocol";
import { changesBetween } from "@/lib/schema/changes";
import { isObject } from "@/lib/schema/schema";

type Result = NonNullable<Call["result"]>;

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // a text that is no JSON
  }
}

function same(one: Json | undefined, other: Json): boolean {
  return one !== undefined && changesBetween({ value: one }, { value: other }).length === 0;
}

/** What is worth showing of a result: tools say the same as text and as JSON, and once is enough. */
export function shownResult({ text, structured }: Pick<Result, "text" | "structured">): { text: string | null; json: Json | null } {
  const json = structured ?? null;
  if (json === null) return { text, json };
  const read = parsed(text);
  if (read !== undefined && isObject(json) && same(read, json)) return { text: null, json: read };
  const only = isObject(json) && Object.keys(json).length === 1 ? json["result"] : undefined;
  if (only !== undefined && (only === text || same(read, only))) return isObject(only) || Array.isArray(only) ? { text: null, json: only } : { text, json: null };
  return { text, json };
}
