import { clsx } from "clsx";
import type { ComponentProps } from "react";

type Look = "primary" | "accent" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-strong text-strong-ink hover:opacity-88",
  accent: "bg-accent text-accent-ink hover:opacity-90",
  plain: "border border-edge/70 bg-raised text-ink hover:bg-sunk",
  quiet: "text-ink hover:bg-sunk",
  danger: "border border-danger/60 text-danger hover:bg-danger-wash",
};

export interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  tall?: boolean;
}

export function Button({ look = "plain", tall = false, className, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      // oxlint-disable-next-line react/button-has-type
      type={type}
      className={clsx(
        "inline-flex select-none items-center justify-center gap-1.5 rounded-xl px-3.5 text-sm font-medium transition-[background,opacity]",
        "disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 pointer-coarse:min-h-11",
        tall ? "min-h-11" : "min-h-9",
        LOOKS[look],
        className,
      )}
      {...rest}
    />
  );
}

export function IconButton({ className, type = "button", label, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      // oxlint-disable-next-line react/button-has-type
      type={type}
      aria-label={label}
      title={label}
      className={clsx(
        "inline-flex size-9 shrink-0 items-center justify-center rounded-xl text-soft transition-colors hover:bg-sunk hover:text-ink",
        "disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:size-11",
        className,
      )}
      {...rest}
    />
  );
}
