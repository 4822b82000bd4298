import type { Json, JsonObject } from "@/lib/protocol";
import { child } from "./pointer";
import { isObject } from "./schema";

export interface Change {
  pointer: string;
  path: string[];
  before: Json | undefined;
  after: Json | undefined;
}

function walk(before: Json | undefined, after: Json | undefined, pointer: string, path: string[], found: Change[]): void {
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      walk(before[key], after[key], child(pointer, key), [...path, key], found);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      walk(before[index], after[index], child(pointer, index), [...path, String(index + 1)], found);
    }
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) found.push({ pointer, path, before, after });
}

/** The places in which two sets of arguments differ. */
export function changesBetween(before: JsonObject, after: JsonObject): Change[] {
  const found: Change[] = [];
  walk(before, after, "", [], found);
  return found;
}
