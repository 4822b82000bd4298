import { Labelled } from "./Labelled";

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean;
  most?: number;
  long?: boolean;
  type?: "text" | "datetime-local";
  list?: string;
}

export function TextField({ label, value, onChange, hint, error, required, most = 200, long = false, type = "text", list }: TextFieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error} required={required ?? false}>
      {(ties) =>
        long ? (
          <textarea
            id={ties.id}
            aria-describedby={ties["aria-describedby"]}
            aria-invalid={ties["aria-invalid"]}
            className="field field-sizing-content max-h-60 min-h-16"
            rows={2}
            maxLength={most}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <input {...ties} type={type} list={list} autoComplete="off" className="field min-h-10" maxLength={most} value={value} onChange={(event) => onChange(event.target.value)} />
        )
      }
    </Labelled>
  );
}
