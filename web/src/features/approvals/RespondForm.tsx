import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";

interface RespondFormProps {
  response: string;
  disabled: boolean;
  onChange: (response: string) => void;
  onRespond: (response: string) => void;
  onCancel: () => void;
}

export function RespondForm({ response, disabled, onChange, onRespond, onCancel }: RespondFormProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      aria-label={t.approvals.answer}
      className="flex flex-col gap-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled && response.trim()) onRespond(response.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      <label className="flex flex-col gap-1 text-sm">
        <span>
          <span className="font-medium">{t.approvals.response}</span> <span className="text-soft">{t.approvals.responseHint}</span>
        </span>
        <textarea ref={field} rows={3} className="field field-sizing-content max-h-60 min-h-20" value={response} onChange={(event) => onChange(event.target.value)} />
      </label>
      <div className="flex flex-wrap gap-2">
        <Button look="accent" type="submit" disabled={disabled || !response.trim()}>
          {t.approvals.respond}
        </Button>
        <Button onClick={onCancel}>{t.approvals.cancel}</Button>
      </div>
    </form>
  );
}
