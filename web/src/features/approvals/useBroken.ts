import { useState } from "react";
import { t } from "@/lib/i18n";
import type { FieldError } from "@/lib/protocol";
import type { Errors } from "@/lib/schema/validate";

export interface Broken {
  pointers: ReadonlySet<string>;
  mark: (pointer: string, isBroken: boolean) => void;
  mend: () => void;
}

/** Fields that hold text which is no value yet. */
export function useBroken(): Broken {
  const [pointers, setPointers] = useState<ReadonlySet<string>>(new Set<string>());
  const mark = (pointer: string, isBroken: boolean) =>
    setPointers((now) => {
      if (now.has(pointer) === isBroken) return now;
      const next = new Set([...now].filter((at) => at !== pointer && !at.startsWith(`${pointer}/`)));
      if (isBroken) next.add(pointer);
      return next;
    });
  return { pointers, mark, mend: () => setPointers(new Set<string>()) };
}

/** What is wrong, field by field: found here, not a value yet, or said by the server. */
export function allErrors(own: Errors, broken: ReadonlySet<string>, refused: FieldError[]): Errors {
  const all = { ...own };
  for (const pointer of broken) all[pointer] = t.approvals.badJson;
  for (const { field, message } of refused) all[field] ??= message;
  return all;
}
