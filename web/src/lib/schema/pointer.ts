import type { Json, JsonObject } from "@/lib/protocol";
import { isObject } from "./schema";

/** RFC 6901. */
export function child(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function parts(pointer: string): string[] {
  return pointer === "" ? [] : pointer.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function setAt(value: Json | undefined, path: string[], next: Json | undefined): Json | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return next;
  if (Array.isArray(value)) {
    const index = Number(head);
    if (rest.length === 0 && next === undefined) return value.filter((_, at) => at !== index);
    const copy = [...value];
    copy[index] = setAt(value[index], rest, next) ?? null;
    return copy;
  }
  const object: JsonObject = isObject(value) ? value : {};
  const inner = setAt(object[head], rest, next);
  if (inner === undefined) return Object.fromEntries(Object.entries(object).filter(([key]) => key !== head));
  return { ...object, [head]: inner };
}

/** A copy with one place changed; undefined takes the place away. */
export function withValue(root: JsonObject, pointer: string, value: Json | undefined): JsonObject {
  const next = setAt(root, parts(pointer), value);
  return isObject(next) ? next : {};
}
