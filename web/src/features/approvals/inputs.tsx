import { type ComponentProps, useState } from "react";
import { t } from "@/lib/i18n";
import type { Json } from "@/lib/protocol";
import { choices, isObject, isSecret, type Schema } from "@/lib/schema/schema";
import { useForm } from "./FormContext";

export interface InputProps {
  pointer: string;
  schema: Schema;
  value: Json;
  /** What ties the input to its label, description and error. */
  ties: Pick<ComponentProps<"input">, "id" | "aria-describedby" | "aria-invalid" | "aria-required">;
}

const LONG = 60;
const TYPES: Record<string, string> = { date: "date", email: "email", uri: "url", url: "url", time: "time" };

export function StringInput({ pointer, schema, value, ties }: InputProps) {
  const { change } = useForm();
  const text = typeof value === "string" ? value : "";
  const [long] = useState(() => text.length > LONG || text.includes("\n") || Number(schema["maxLength"] ?? 0) > 200);
  // A moment that is there already is shown as it will be sent.
  const [moment] = useState(() => text === "" && schema["format"] === "date-time");
  if (long) {
    return (
      <textarea
        {...ties}
        className="field field-sizing-content max-h-80 min-h-20"
        rows={4}
        value={text}
        onChange={(event) => change(pointer, event.target.value)}
      />
    );
  }
  if (moment) return <MomentInput pointer={pointer} schema={schema} value={value} ties={ties} />;
  const type = isSecret(schema) ? "password" : (TYPES[String(schema["format"])] ?? "text");
  return <input {...ties} type={type} autoComplete="off" className="field" value={text} onChange={(event) => change(pointer, event.target.value)} />;
}

export function NumberInput({ pointer, schema, value, ties }: InputProps) {
  const { change } = useForm();
  const [text, setText] = useState(() => String(value));
  return (
    <input
      {...ties}
      type="text"
      inputMode={schema["type"] === "integer" ? "numeric" : "decimal"}
      autoComplete="off"
      className="field tabular-nums"
      value={text}
      onChange={(event) => {
        const next = event.target.value;
        const number = Number(next);
        setText(next);
        change(pointer, next.trim() !== "" && Number.isFinite(number) ? number : next);
      }}
    />
  );
}

export function BooleanInput({ pointer, value, ties }: InputProps) {
  const { change } = useForm();
  return (
    <span className="flex min-h-9 items-center gap-2.5">
      <input {...ties} type="checkbox" className="size-5 accent-(--accent)" checked={value === true} onChange={(event) => change(pointer, event.target.checked)} />
      <span aria-hidden="true" className="text-sm text-soft">
        {value === true ? t.approvals.yes : t.approvals.no}
      </span>
    </span>
  );
}

export function ChoiceInput({ pointer, schema, value, ties }: InputProps) {
  const { change } = useForm();
  const options = choices(schema) ?? [];
  const at = options.findIndex((option) => option.value === value);
  return (
    <select {...ties} className="field min-h-9" value={at} onChange={(event) => change(pointer, options[Number(event.target.value)]?.value)}>
      {at < 0 && (
        <option value={-1} disabled>
          {typeof value === "string" && value ? value : t.approvals.choose}
        </option>
      )}
      {options.map((option, index) => (
        <option key={JSON.stringify(option.value)} value={index}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** A date and a time, as this person's clock shows them, kept as the moment that they mean. */
export function MomentInput({ pointer, ties }: InputProps) {
  const { change } = useForm();
  return (
    <input
      {...ties}
      type="datetime-local"
      className="field"
      onChange={(event) => {
        const moment = new Date(event.target.value);
        change(pointer, Number.isNaN(moment.getTime()) ? "" : moment.toISOString());
      }}
    />
  );
}

/** Any number of the listed values. */
export function ChoicesInput({ pointer, schema, value }: Pick<InputProps, "pointer" | "schema" | "value">) {
  const { change } = useForm();
  const items = schema["items"];
  const options = (isObject(items) && choices(items)) || [];
  const chosen = Array.isArray(value) ? value : [];
  const set = (picked: Json, on: boolean) =>
    change(pointer, options.map((option) => option.value).filter((each) => (each === picked ? on : chosen.includes(each))));
  return options.map((option) => (
    <label key={JSON.stringify(option.value)} className="flex min-h-8 items-center gap-2.5 text-sm pointer-coarse:min-h-11">
      <input
        type="checkbox"
        className="size-5 accent-(--accent)"
        checked={chosen.includes(option.value)}
        onChange={(event) => set(option.value, event.target.checked)}
      />
      {option.label}
    </label>
  ));
}

export function JsonInput({ pointer, value, ties }: InputProps) {
  const { change, broken } = useForm();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  return (
    <textarea
      {...ties}
      spellCheck={false}
      rows={5}
      className="field field-sizing-content max-h-80 min-h-24 font-mono text-[0.8125rem]"
      value={text}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        try {
          const parsed = JSON.parse(next) as Json;
          broken(pointer, false);
          change(pointer, parsed);
        } catch {
          broken(pointer, true);
        }
      }}
    />
  );
}
