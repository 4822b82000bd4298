import { type Ref, useRef } from "react";
import { admin } from "@/lib/i18n/admin";
import type { FieldError } from "@/lib/protocol";
import { Labelled } from "./Labelled";

const EXAMPLES: [string, string][] = [
  [admin.condition.exampleAmount, "has(arguments.amount) && arguments.amount > 100"],
  [admin.condition.exampleDomain, "has(arguments.to) && !arguments.to.endsWith(\"@example.com\")"],
  [admin.condition.exampleUnattended, "unattended && tool.risk != \"reads\""],
];

/** The line that the server could not read, with the place marked. */
function Marked({ text, line, column }: { text: string; line: number; column: number }) {
  const shown = text.split("\n")[line - 1] ?? "";
  const at = Math.min(Math.max(column - 1, 0), shown.length);
  return (
    <pre
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={admin.condition.place(line, column)}
      className="overflow-x-auto rounded-xl border border-danger/50 bg-danger-wash px-3 py-2 font-mono text-[0.8125rem]"
    >
      {shown.slice(0, at)}
      <mark className="rounded-sm bg-danger px-px text-page">{shown.slice(at, at + 1) || "⌁"}</mark>
      {shown.slice(at + 1)}
    </pre>
  );
}

interface ConditionFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** What the server said of the condition that it was sent. */
  error?: FieldError | undefined;
  /** The condition that it was said of. */
  refused?: string;
  field?: Ref<HTMLTextAreaElement>;
}

/** A condition in CEL: what it may look at, examples to begin with, and the server's objection at its place. */
export function ConditionField({ value, onChange, error, refused = "", field }: ConditionFieldProps) {
  const own = useRef<HTMLTextAreaElement | null>(null);
  const placed = error?.line !== undefined && error.column !== undefined ? { line: error.line, column: error.column } : null;
  const said = error && (placed ? admin.condition.errorAt(placed.line, placed.column, error.message) : error.message);
  return (
    <div className="flex flex-col gap-2">
      <Labelled label={admin.condition.name} hint={admin.condition.hint} error={said}>
        {(ties) => (
          <textarea
            id={ties.id}
            aria-describedby={ties["aria-describedby"]}
            aria-invalid={ties["aria-invalid"]}
            ref={(element) => {
              own.current = element;
              if (typeof field === "function") field(element);
              else if (field) field.current = element;
            }}
            className="field field-sizing-content max-h-72 min-h-16 font-mono text-[0.8125rem]!"
            rows={2}
            maxLength={2000}
            spellCheck={false}
            autoCapitalize="off"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Labelled>
      {placed && <Marked text={refused} {...placed} />}
      <div role="group" aria-label={admin.condition.examples} className="flex flex-wrap items-center gap-2">
        <span aria-hidden="true" className="text-xs text-soft">
          {admin.condition.examples}
        </span>
        {EXAMPLES.map(([name, text]) => (
          <button
            key={name}
            type="button"
            className="min-h-8 rounded-full border border-edge/70 px-3 text-xs hover:bg-sunk pointer-coarse:min-h-11"
            onClick={() => {
              onChange(value.trim() ? `${value.trim()} && ${text}` : text);
              own.current?.focus();
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}
