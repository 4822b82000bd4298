import { Labelled } from "./Labelled";

interface NumberFieldProps {
  label: string;
  /** As it is written; empty is no number. */
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  className?: string;
  /** The most characters that fit. */
  length?: number;
}

/** A whole number, kept as it is written until it is sent. */
export function NumberField({ label, value, onChange, hint, error, className, length = 7 }: NumberFieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error} className={className ?? ""}>
      {(ties) => (
        <input {...ties} type="text" inputMode="numeric" autoComplete="off" className="field min-h-10 tabular-nums" maxLength={length} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Labelled>
  );
}
