import type { Json, JsonObject } from "@/lib/protocol";

export type Schema = JsonObject;

const DEPTH = 8;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refTarget(root: Schema, ref: string): Schema | null {
  if (!ref.startsWith("#/")) return null;
  let at: Json | undefined = root;
  for (const part of ref.slice(2).split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isObject(at) ? at[key] : undefined;
  }
  return isObject(at) ? at : null;
}

function without(schema: Schema, key: string): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

const isNull = (schema: Json): boolean => isObject(schema) && schema["type"] === "null";

/** The one alternative that is not null, where there is just one: how an optional value is often written. */
function onlyOther(schema: Schema, key: "anyOf" | "oneOf"): Schema | null {
  const options = schema[key];
  if (!Array.isArray(options)) return null;
  const others = options.filter((option) => !isNull(option));
  const [other] = others;
  return others.length === 1 && options.length === 2 && isObject(other) ? other : null;
}

/** Follows references and unwraps what is only written around a schema. */
export function resolve(schema: Schema, root: Schema, depth = 0): Schema {
  if (depth > DEPTH) return {};
  const ref = schema["$ref"];
  if (typeof ref === "string") {
    const target = refTarget(root, ref);
    return target ? resolve({ ...target, ...without(schema, "$ref") }, root, depth + 1) : without(schema, "$ref");
  }
  const all = schema["allOf"];
  if (Array.isArray(all) && all.length === 1 && isObject(all[0])) {
    return resolve({ ...all[0], ...without(schema, "allOf") }, root, depth + 1);
  }
  for (const key of ["anyOf", "oneOf"] as const) {
    const other = onlyOther(schema, key);
    if (other) return resolve({ ...other, ...without(schema, key), nullable: true }, root, depth + 1);
  }
  const type = schema["type"];
  if (Array.isArray(type)) {
    const types = type.filter((name) => name !== "null");
    if (types.length === 1 && types[0]) return { ...schema, type: types[0], nullable: type.length > 1 };
  }
  return schema;
}

export type Kind = "string" | "number" | "integer" | "boolean" | "choice" | "choices" | "array" | "object" | "json";

export interface Choice {
  value: Json;
  label: string;
}

function titled(options: Json | undefined): Choice[] | null {
  if (!Array.isArray(options) || options.length === 0) return null;
  const found = options.flatMap((option) => {
    if (!isObject(option) || option["const"] === undefined || isObject(option["const"])) return [];
    const { const: value, title } = option;
    return [{ value, label: typeof title === "string" ? title : String(value) }];
  });
  return found.length === options.length ? found : null;
}

/** The values that a schema lists, each with the name that it gives it; null where it lists none. */
export function choices(schema: Schema): Choice[] | null {
  const listed = schema["enum"];
  if (Array.isArray(listed)) {
    if (listed.some((value) => isObject(value) || Array.isArray(value))) return null;
    const names = Array.isArray(schema["enumNames"]) ? schema["enumNames"] : [];
    return listed.map((value, index) => ({ value, label: String(names[index] ?? value) }));
  }
  if ("const" in schema) return [{ value: schema["const"] ?? null, label: String(schema["const"]) }];
  return titled(schema["oneOf"]) ?? titled(schema["anyOf"]);
}

/** Which field edits a value of this schema; JSON for what no field can. */
export function kindOf(schema: Schema): Kind {
  if (choices(schema)) return "choice";
  if (Array.isArray(schema["enum"])) return "json";
  switch (schema["type"]) {
    case "string":
    case "number":
    case "integer":
    case "boolean":
      return schema["type"];
    case "array":
      if (!isObject(schema["items"])) return "json";
      return schema["uniqueItems"] === true && choices(schema["items"]) ? "choices" : "array";
    case "object":
      return isObject(schema["properties"]) ? "object" : "json";
    default:
      return isObject(schema["properties"]) ? "object" : "json";
  }
}

/** Whether a value can be shown by its schema's field; what the model sent need not fit. */
export function fits(kind: Kind, value: Json | undefined): boolean {
  switch (kind) {
    case "array":
    case "choices":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "number":
    case "integer":
      return typeof value === "number" || typeof value === "string";
    default:
      return true;
  }
}

export function properties(schema: Schema): [string, Schema][] {
  const declared = schema["properties"];
  return isObject(declared) ? Object.entries(declared).map(([name, value]) => [name, isObject(value) ? value : {}]) : [];
}

export function requiredNames(schema: Schema): Set<string> {
  const names = schema["required"];
  return new Set(Array.isArray(names) ? names.filter((name) => typeof name === "string") : []);
}

export function isSecret(schema: Schema): boolean {
  return schema["writeOnly"] === true || schema["format"] === "password";
}

/** A value to begin with when a person adds one. */
export function startValue(schema: Schema, root: Schema): Json {
  const own = resolve(schema, root);
  if (own["default"] !== undefined) return own["default"];
  switch (kindOf(own)) {
    case "choice":
      return choices(own)?.[0]?.value ?? null;
    case "boolean":
      return false;
    case "number":
    case "integer":
      return typeof own["minimum"] === "number" ? own["minimum"] : 0;
    case "array":
    case "choices":
      return [];
    case "object": {
      const needed = requiredNames(own);
      return Object.fromEntries(properties(own).flatMap(([name, property]) => (needed.has(name) ? [[name, startValue(property, root)]] : [])));
    }
    case "json":
      return null;
    default:
      return "";
  }
}

/** What people call a property: its title, or its name in words. */
export function labelOf(name: string, schema: Schema | undefined): string {
  const title = schema?.["title"];
  if (typeof title === "string" && title) return title;
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .trim()
    .toLowerCase();
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : name;
}
