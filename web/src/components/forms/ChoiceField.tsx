import { Labelled } from "./Labelled";

export interface Option {
  value: string;
  name: string;
}

interface ChoiceFieldProps {
  label: string;
  value: string;
  options: Option[];
  onChange: (value: string) => void;
  /** What is chosen while nothing is; without it something always is. */
  none?: string | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean;
  disabled?: boolean;
}

export function ChoiceField({ label, value, options, onChange, none, hint, error, required, disabled }: ChoiceFieldProps) {
  const known = options.some((option) => option.value === value);
  return (
    <Labelled label={label} hint={hint} error={error} required={required ?? false}>
      {(ties) => (
        <select {...ties} disabled={disabled} className="field min-h-10 disabled:opacity-60" value={value} onChange={(event) => onChange(event.target.value)}>
          {none !== undefined && <option value="">{none}</option>}
          {value !== "" && !known && <option value={value}>{value}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
