import { clsx } from "clsx";
import { DropdownMenu } from "radix-ui";
import { type ComponentProps, type ReactNode, use } from "react";
import { LayerContext } from "./LayerContext";

interface MenuProps {
  trigger: ReactNode;
  label: string;
  align?: "start" | "end";
  side?: "top" | "bottom";
  children: ReactNode;
  onClosed?: (event: Event) => void;
  /** Where something else opens it too. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** A menu of actions. Not modal: the modal one injects a style that the content security policy forbids. */
export function Menu({ trigger, label, align = "end", side = "bottom", children, onClosed, ...state }: MenuProps) {
  const layer = use(LayerContext);
  return (
    <DropdownMenu.Root modal={false} {...state}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={layer}>
        <DropdownMenu.Content
          aria-label={label}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={onClosed}
          className="z-40 min-w-44 rounded-xl border border-line bg-raised p-1 text-sm shadow-card"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.Item>) {
  return (
    <DropdownMenu.Item
      className={clsx(
        "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 outline-none data-[highlighted]:bg-sunk pointer-coarse:min-h-11",
        className,
      )}
      {...rest}
    />
  );
}

export function MenuChoice({ className, children, ...rest }: ComponentProps<typeof DropdownMenu.RadioItem>) {
  return (
    <DropdownMenu.RadioItem
      className={clsx(
        "flex min-h-9 cursor-pointer items-center justify-between gap-2.5 rounded-lg px-2.5 outline-none data-[highlighted]:bg-sunk pointer-coarse:min-h-11",
        className,
      )}
      {...rest}
    >
      {children}
      <DropdownMenu.ItemIndicator aria-hidden="true" className="text-accent">
        ✓
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}

export function MenuChoices(props: ComponentProps<typeof DropdownMenu.RadioGroup>) {
  return <DropdownMenu.RadioGroup {...props} />;
}

export function MenuNote({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 py-1.5 text-xs text-soft">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
