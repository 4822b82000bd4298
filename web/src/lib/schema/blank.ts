import type { Json, JsonObject } from "@/lib/protocol";
import { isObject, kindOf, properties, requiredNames, resolve, type Schema } from "./schema";

function blankValue(schema: Schema): Json {
  if (schema["default"] !== undefined) return schema["default"];
  switch (kindOf(schema)) {
    case "boolean":
      return false;
    case "array":
    case "choices":
      return [];
    case "object":
      return {};
    case "string":
    case "number":
    case "integer":
      return "";
    default:
      return null;
  }
}

/** A form that a person fills in: what is declared as the default, and nothing else that they did not say. */
export function blank(schema: Schema): JsonObject {
  return Object.fromEntries(properties(schema).map(([name, property]) => [name, blankValue(resolve(property, schema))]));
}

function isBlank(value: Json, needed: boolean): boolean {
  return value === "" || value === null || (!needed && Array.isArray(value) && value.length === 0);
}

/** What was filled in, without the fields that were left empty. */
export function filled(schema: Schema, draft: JsonObject): JsonObject {
  const needed = requiredNames(schema);
  return Object.fromEntries(Object.entries(draft).filter(([name, value]) => !isBlank(value, needed.has(name))));
}

/** A list of given values is a set of ticks: the protocol that asks has no other use of it. */
export function asForm(schema: Schema): Schema {
  const ticked = properties(schema).map(([name, property]): [string, Schema] => [
    name,
    property["type"] === "array" && isObject(property["items"]) ? { ...property, uniqueItems: true } : property,
  ]);
  return { ...schema, properties: Object.fromEntries(ticked) };
}
