import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import { sampling as words } from "@/lib/i18n/en/sampling";
import type { FieldError } from "@/lib/protocol";
import type { Sampling } from "./sampling";

interface SamplingFormProps {
  value: Sampling;
  before: Sampling;
  refused: FieldError[];
  disabled: boolean;
  onChange: (value: Sampling) => void;
  onApprove: () => void;
  onCancel: () => void;
}

function TextField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className="flex flex-col gap-1 text-sm font-medium">
      {label}
      <textarea rows={3} className="field field-sizing-content max-h-80 min-h-20 font-normal" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

/** Changes the words that the model is asked with; pictures and sounds stay as they are. */
export function SamplingForm({ value, before, refused, disabled, onChange, onApprove, onCancel }: SamplingFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("textarea")?.focus(), []);
  const ready = !disabled && value.max_tokens >= 1 && JSON.stringify(value) !== JSON.stringify(before);
  const write = (message: number, part: number, text: string) =>
    onChange({
      ...value,
      messages: value.messages.map((each, place) =>
        place === message ? { ...each, content: each.content.map((old, at) => (at === part ? { kind: "text", text } : old)) } : each,
      ),
    });
  return (
    <form
      ref={form}
      aria-label={words.edit}
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onApprove();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      {value.system !== null && <TextField label={words.system} value={value.system} onChange={(system) => onChange({ ...value, system })} />}
      {value.messages.map((message, place) =>
        message.content.map((part, at) =>
          part.kind === "text" ? (
            // oxlint-disable-next-line react/no-array-index-key -- they never change place
            <TextField key={`${place}.${at}`} label={words.role[message.role]} value={part.text} onChange={(text) => write(place, at, text)} />
          ) : null,
        ),
      )}
      <label className="flex flex-col gap-1 text-sm font-medium">
        {words.tokens}
        <input
          type="number"
          inputMode="numeric"
          min={1}
          max={8192}
          className="field max-w-40 font-normal tabular-nums"
          value={value.max_tokens || ""}
          onChange={(event) => onChange({ ...value, max_tokens: Math.trunc(Number(event.target.value)) })}
        />
      </label>
      {refused.length > 0 && (
        <ul role="alert" className="text-sm text-danger">
          {refused.map((error) => (
            <li key={error.field + error.message}>{error.message}</li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button look="accent" type="submit" disabled={!ready}>
          {t.approvals.approveEdited}
        </Button>
        <Button onClick={onCancel}>{t.approvals.cancel}</Button>
      </div>
    </form>
  );
}
