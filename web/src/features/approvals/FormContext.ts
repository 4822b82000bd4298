import { createContext, use } from "react";
import type { Json } from "@/lib/protocol";
import type { Schema } from "@/lib/schema/schema";
import type { Errors } from "@/lib/schema/validate";

export interface Form {
  root: Schema;
  errors: Errors;
  /** Pointers of the values that differ from what was proposed. */
  edited: ReadonlySet<string>;
  change: (pointer: string, value: Json | undefined) => void;
  /** A field that holds text which is no value yet. */
  broken: (pointer: string, isBroken: boolean) => void;
  idOf: (pointer: string) => string;
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = use(FormContext);
  if (!form) throw new Error("A field stands outside a form.");
  return form;
}
