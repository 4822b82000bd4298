import { useId, useMemo } from "react";
import { Field, ObjectFields } from "@/features/approvals/Field";
import { type Form, FormContext } from "@/features/approvals/FormContext";
import { t } from "@/lib/i18n";
import type { JsonObject } from "@/lib/protocol";
import { withValue } from "@/lib/schema/pointer";
import { isObject, kindOf, resolve, type Schema } from "@/lib/schema/schema";
import { validate } from "@/lib/schema/validate";

const NONE: ReadonlySet<string> = new Set();

interface ArgumentsFormProps {
  schema: Schema;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
}

/** The fields of a tool's arguments outside of a card; what does not fit the schema is said and sent all the same. */
export function ArgumentsForm({ schema, value, onChange }: ArgumentsFormProps) {
  const prefix = useId();
  const own = resolve(schema, schema);
  const errors = useMemo(() => validate(schema, value), [schema, value]);
  const form: Form = {
    root: schema,
    errors,
    edited: NONE,
    broken: () => undefined,
    idOf: (pointer) => `${prefix}${pointer}`,
    change: (pointer, next) => {
      if (pointer !== "") onChange(withValue(value, pointer, next));
      else if (isObject(next)) onChange(next);
    },
  };
  return (
    <FormContext value={form}>
      <div className="flex flex-col gap-3">
        {kindOf(own) === "object" ? (
          <ObjectFields pointer="" schema={own} value={value} />
        ) : (
          <Field pointer="" label={t.approvals.arguments} schema={{}} value={value} required />
        )}
      </div>
    </FormContext>
  );
}
