import { Search } from "lucide-react";
import type { ComponentProps } from "react";

interface SearchFieldProps extends Omit<ComponentProps<"input">, "onChange" | "type"> {
  label: string;
  value: string;
  onChange: (query: string) => void;
  /** Of the field within its frame, which `className` places. */
  fieldClassName?: string;
}

/** A field to search in what is shown. */
export function SearchField({ label, value, onChange, className = "", fieldClassName = "min-h-10", ...rest }: SearchFieldProps) {
  return (
    <label className={`relative block ${className}`}>
      <span className="sr-only">{label}</span>
      <Search size={16} aria-hidden="true" className="absolute start-3 top-1/2 -translate-y-1/2 text-soft" />
      <input
        type="search"
        className={`field ps-9! pointer-coarse:min-h-11 ${fieldClassName}`}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...rest}
      />
    </label>
  );
}
