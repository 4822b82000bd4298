import { BookOpen, Plus, SquareSlash } from "lucide-react";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { t } from "@/lib/i18n";
import type { OfferKind } from "./offers";

/** The same as `@` and `/`, for whoever has no such keys at hand. */
export function OfferMenu({ onChoose }: { onChoose: (kind: OfferKind) => void }) {
  return (
    <Menu
      label={t.chat.add}
      align="start"
      side="top"
      trigger={
        <button
          type="button"
          aria-label={t.chat.add}
          title={t.chat.add}
          className="inline-flex size-10 shrink-0 items-center justify-center rounded-full hover:bg-sunk pointer-coarse:size-11"
        >
          <Plus size={20} aria-hidden="true" />
        </button>
      }
    >
      <MenuItem onSelect={() => onChoose("resources")}>
        <BookOpen size={15} aria-hidden="true" />
        {t.chat.addResource}
      </MenuItem>
      <MenuItem onSelect={() => onChoose("prompts")}>
        <SquareSlash size={15} aria-hidden="true" />
        {t.chat.addPrompt}
      </MenuItem>
    </Menu>
  );
}
