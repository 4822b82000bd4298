import { ChevronDown } from "lucide-react";
import type { Ref } from "react";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem, MenuNote } from "@/components/ui/Menu";
import { t } from "@/lib/i18n";
import type { Remember } from "@/lib/protocol";

/** How long a permission from a card holds. */
const DAYS = 30;

interface ApproveButtonProps {
  may: Remember[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
  button: Ref<HTMLButtonElement>;
  onApprove: (remember?: Remember) => void;
}

/** Approves this once; beside it, where policy permits, the ways to be asked less often. */
export function ApproveButton({ may, open, onOpenChange, button, onApprove }: ApproveButtonProps) {
  const split = may.length > 0;
  return (
    <div className="flex max-sm:order-2">
      <Button
        ref={button}
        look="accent"
        className={`flex-1 whitespace-nowrap max-sm:min-h-12 ${split ? "rounded-e-none! max-sm:px-2!" : ""}`}
        aria-keyshortcuts="A"
        onClick={() => onApprove()}
      >
        {t.approvals.approve}
      </Button>
      {split && (
        <Menu
          label={t.approvals.remember}
          align="start"
          open={open}
          onOpenChange={onOpenChange}
          trigger={
            <Button
              look="accent"
              aria-label={t.approvals.remember}
              title={t.approvals.remember}
              aria-keyshortcuts="S"
              aria-expanded={open || undefined}
              className="min-w-9 rounded-s-none! border-s border-accent-ink/35 px-2! max-sm:min-h-12 pointer-coarse:min-w-11"
            >
              <ChevronDown size={16} aria-hidden="true" />
            </Button>
          }
        >
          <MenuNote>
            <span className="block max-w-72 whitespace-normal">{t.approvals.rememberNote(DAYS)}</span>
          </MenuNote>
          {may.map((remember) => (
            <MenuItem key={remember} className="py-1.5" onSelect={() => onApprove(remember)}>
              <span className="flex max-w-72 flex-col">
                <span className="font-medium">{t.approvals.rememberAs[remember]}</span>
                <span className="text-xs text-soft">{t.approvals.rememberMeans[remember]}</span>
              </span>
            </MenuItem>
          ))}
        </Menu>
      )}
    </div>
  );
}
