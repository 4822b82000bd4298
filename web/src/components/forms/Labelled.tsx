import { type ComponentProps, type ReactNode, useId } from "react";

/** What ties an input to its label, hint and error. */
export type Ties = Pick<ComponentProps<"input">, "id" | "aria-describedby" | "aria-invalid" | "aria-required">;

interface LabelledProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean;
  className?: string;
  children: (ties: Ties) => ReactNode;
}

/** One input with its label above it, and what is to be said about it below. */
export function Labelled({ label, hint, error, required = false, className = "", children }: LabelledProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined, "aria-required": required || undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-sm wrap-anywhere text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
