import { admin } from "@/lib/i18n/admin";
import type { Annotations } from "@/lib/protocol";

const words = admin.policy;

/** What a server says of its tool, as the claim that it is. */
export function declaredWords(declared: Annotations | null): string {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = declared ?? {};
  const parts: string[] = [];
  if (readOnlyHint === true) parts.push(words.declaredReads);
  else if (destructiveHint === false) parts.push(words.declaredChanges);
  else if (destructiveHint === true) parts.push(words.declaredDestroys);
  else parts.push(words.declaredNothing);
  if (idempotentHint === true) parts.push(words.declaredIdempotent);
  if (openWorldHint === true) parts.push(words.declaredOpen);
  return parts.join(", ");
}
