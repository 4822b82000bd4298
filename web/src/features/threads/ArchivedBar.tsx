import { Archive } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";

/** In the place of the message box of a conversation that was put away. */
export function ArchivedBar({ onBack }: { onBack: () => void }) {
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-wrap items-center justify-center gap-3 px-4 pt-2 pb-[max(1rem,env(safe-area-inset-bottom))] text-sm">
      <Archive size={16} aria-hidden="true" className="text-soft" />
      <p>{t.threads.readOnly}</p>
      <Button onClick={onBack}>{t.threads.unarchive}</Button>
    </div>
  );
}
