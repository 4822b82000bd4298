import type { FieldError } from "@/lib/protocol";

/** The name of a field without the way to it: `/expiry/to/count` and `body.expiry.to.count` are `expiry/to/count`. */
function nameOf(field: string): string {
  return field.replaceAll(".", "/").replace(/^\/?(body\/)?(rule\/)?/, "");
}

const OWN = ["name", "server", "tool", "user_id", "thread_id", "condition", "note", "approvers/count", "approvers", "expiry/minutes", "expiry/to/count", "expiry/to", "expiry"];

/** Errors by the field of the form that they belong to; `""` holds what belongs to none. */
export function byField(errors: FieldError[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const error of errors) {
    const name = nameOf(error.field);
    const own = OWN.find((field) => name === field || name.startsWith(`${field}/`)) ?? "";
    found[own] = found[own] ? `${found[own]} ${error.message}` : error.message;
  }
  return found;
}

export function conditionError(errors: FieldError[]): FieldError | undefined {
  return errors.find((error) => nameOf(error.field) === "condition");
}
