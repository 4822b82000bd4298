import { useEffect, useRef } from "react";
import { t } from "@/lib/i18n";

/** A field in a title's place: Enter or leaving it saves, Escape does not. */
export function RenameField({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const finish = (value: string | null) => {
    if (done.current) return;
    done.current = true;
    const next = value?.trim() ?? "";
    onDone(next && next !== title ? next : null);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        finish(input.current?.value ?? null);
      }}
    >
      <input
        ref={input}
        aria-label={t.threads.title}
        defaultValue={title}
        maxLength={120}
        className="field min-h-9 text-sm"
        onBlur={(event) => finish(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") finish(null);
        }}
      />
    </form>
  );
}
