import { type OutputUnit, type Schema as AnySchema, Validator } from "@cfworker/json-schema";
import { t } from "@/lib/i18n";
import type { JsonObject } from "@/lib/protocol";
import { child } from "./pointer";
import type { Schema } from "./schema";

/** Errors by the JSON pointer of the field that they belong to. */
export type Errors = Record<string, string>;

/** Keywords that only repeat that something inside does not fit. */
const OUTER = new Set(["properties", "items", "prefixItems", "$ref", "allOf", "additionalProperties", "patternProperties", "false"]);

function quoted(error: string): string {
  return /"([^"]+)"/.exec(error)?.[1] ?? "";
}

function lastNumber(error: string): string {
  return /(-?[\d.]+)\)?\.?$/.exec(error)?.[1]?.replace(/\.$/, "") ?? "";
}

function wantedType(error: string): string {
  return /Expected "([^"]+)"/.exec(error)?.[1] ?? "";
}

function sentenceFor({ keyword, error }: OutputUnit): string {
  switch (keyword) {
    case "type": {
      const type = wantedType(error);
      if (type === "number") return t.approvals.wantsNumber;
      return type === "integer" ? t.approvals.wantsInteger : t.approvals.wantsType(type);
    }
    case "enum":
    case "const":
      return t.approvals.wantsChoice;
    case "minimum":
    case "exclusiveMinimum":
      return t.approvals.atLeast(lastNumber(error));
    case "maximum":
    case "exclusiveMaximum":
      return t.approvals.atMost(lastNumber(error));
    case "minLength":
      return t.approvals.tooShort(lastNumber(error));
    case "maxLength":
      return t.approvals.tooLong(lastNumber(error));
    case "minItems":
      return t.approvals.tooFew(lastNumber(error));
    case "maxItems":
      return t.approvals.tooMany(lastNumber(error));
    case "format":
      return (t.approvals.wantsFormat as Record<string, string>)[quoted(error)] ?? t.approvals.wantsPattern;
    case "pattern":
      return t.approvals.wantsPattern;
    default:
      return t.approvals.notAllowed;
  }
}

function pointerOf(location: string): string {
  return location.replace(/^#/, "");
}

function failures(schema: Schema, value: JsonObject): OutputUnit[] {
  try {
    return new Validator(schema as AnySchema, "2020-12", false).validate(value).errors;
  } catch {
    // A schema that is itself broken cannot be checked here; the server checks again and has the last word.
    return [];
  }
}

/** Checks arguments against a tool's schema; nothing is evaluated as code. */
export function validate(schema: Schema, value: JsonObject): Errors {
  const found: Errors = {};
  for (const unit of failures(schema, value)) {
    const pointer = pointerOf(unit.instanceLocation);
    if (unit.keyword === "required") found[child(pointer, quoted(unit.error))] = t.approvals.isRequired;
    else if (unit.keyword === "additionalProperties") found[child(pointer, quoted(unit.error))] ??= t.approvals.notKnown;
    else if (!OUTER.has(unit.keyword)) found[pointer] ??= sentenceFor(unit);
  }
  return found;
}
