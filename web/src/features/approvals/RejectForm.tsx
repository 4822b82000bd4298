import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";

const CHIPS = [t.approvals.wrongTarget, t.approvals.notNow, t.approvals.otherValues];

interface RejectFormProps {
  reason: string;
  disabled: boolean;
  onChange: (reason: string) => void;
  onReject: (reason: string) => void;
  onCancel: () => void;
}

export function RejectForm({ reason, disabled, onChange, onReject, onCancel }: RejectFormProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      aria-label={t.approvals.reject}
      className="flex flex-col gap-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled) onReject(reason.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
        if (event.key === "Enter" && event.repeat) event.preventDefault();
      }}
    >
      <div className="flex flex-wrap gap-2">
        {CHIPS.map((chip) => (
          <button
            key={chip}
            type="button"
            aria-pressed={reason === chip}
            className="min-h-8 rounded-full border border-edge/70 px-3 text-sm hover:bg-sunk aria-pressed:border-accent aria-pressed:bg-accent-wash aria-pressed:text-accent pointer-coarse:min-h-11"
            onClick={() => {
              onChange(reason === chip ? "" : chip);
              field.current?.focus();
            }}
          >
            {chip}
          </button>
        ))}
      </div>
      <label className="flex flex-col gap-1 text-sm">
        <span>
          <span className="font-medium">{t.approvals.reason}</span> <span className="text-soft">{t.approvals.reasonHint}</span>
        </span>
        <input ref={field} className="field" maxLength={1000} value={reason} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
      </label>
      <div className="flex flex-wrap gap-2">
        <Button look="danger" type="submit" disabled={disabled}>
          {t.approvals.rejectNow}
        </Button>
        <Button onClick={onCancel}>{t.approvals.cancel}</Button>
      </div>
    </form>
  );
}
