import { useId } from "react";

interface RadiosProps<Value extends string> {
  legend: string;
  value: Value;
  options: { value: Value; name: string; hint?: string }[];
  onChange: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function Radios<Value extends string>({ legend, value, options, onChange }: RadiosProps<Value>) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-10 cursor-pointer items-center gap-2.5 rounded-xl border border-edge/70 px-3 py-1.5 text-sm has-checked:border-accent has-checked:bg-accent-wash has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
          >
            <input type="radio" name={name} className="size-4 accent-(--accent) outline-none" checked={option.value === value} onChange={() => onChange(option.value)} />
            <span>
              {option.name}
              {option.hint && <span className="text-soft">: {option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
