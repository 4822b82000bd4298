import type { Call, Json } from "@/lib/protocol";
import { isSecret, properties, resolve } from "@/lib/schema/schema";
import { t } from "@/lib/i18n";
import { visible } from "@/lib/text";

const MOST = 140;

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The beginning of what a call is about; the card has all of it. */
export function summary(call: Call): string {
  if (call.asked) return visible(call.asked.message).slice(0, MOST);
  const { input_schema: schema } = call.tool;
  const secrets = new Set(properties(schema).flatMap(([name, property]) => (isSecret(resolve(property, schema)) ? [name] : [])));
  const parts = Object.entries(call.arguments).map(([name, value]) => (secrets.has(name) ? t.approvals.hidden : shown(value)));
  return visible(parts.join(" · ")).slice(0, MOST);
}
