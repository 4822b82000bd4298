import { Popover as Radix } from "radix-ui";
import { type ReactNode, use } from "react";
import { LayerContext } from "./LayerContext";

interface PopoverProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  trigger: ReactNode;
  label: string;
  children: ReactNode;
}

export function Popover({ open, onOpenChange, trigger, label, children }: PopoverProps) {
  const layer = use(LayerContext);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          aria-label={label}
          align="end"
          sideOffset={8}
          collisionPadding={12}
          className="z-40 flex max-h-[min(36rem,80dvh)] w-[26rem] flex-col overflow-hidden rounded-2xl border border-line bg-raised shadow-card"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
