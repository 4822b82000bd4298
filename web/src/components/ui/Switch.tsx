interface SwitchProps {
  label: string;
  on: boolean;
  busy: boolean;
  onChange: (on: boolean) => void;
}

/** On or off, at once; it moves when the server has said so. */
export function Switch({ label, on, busy, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-label={label}
      aria-checked={on}
      aria-disabled={busy}
      className="inline-flex size-11 shrink-0 items-center justify-center rounded-xl aria-disabled:opacity-50"
      onClick={() => {
        if (!busy) onChange(!on);
      }}
    >
      <span aria-hidden="true" className={`flex h-6 w-10 items-center rounded-full border px-0.5 ${on ? "justify-end border-accent bg-accent" : "justify-start border-edge bg-sunk"}`}>
        <span className={`size-4.5 rounded-full ${on ? "bg-accent-ink" : "bg-edge"}`} />
      </span>
    </button>
  );
}
