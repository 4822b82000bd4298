import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { t } from "@/lib/i18n";

const KEYS: [string, string][] = [
  [t.app.keySend, "Enter"],
  [t.app.keyNewline, "Shift+Enter"],
  [t.app.keyStop, "Ctrl+."],
  [t.app.keyNew, "Ctrl+Shift+O"],
  [t.app.keySearch, "Ctrl+K"],
  [t.app.keyReview, "Alt+A"],
  [t.app.keyApprove, "A  S  R  E"],
  [t.app.keyInbox, "J  K  Enter"],
  [t.app.keyGo, "G then C I S P M A U"],
  [t.app.keyHelp, "Ctrl+/"],
];

export function KeyboardHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} label={t.app.keyboard}>
      <h2 className="text-lg font-semibold">{t.app.keyboard}</h2>
      <dl className="mt-4 grid grid-cols-[1fr_auto] gap-x-6 gap-y-2.5 text-sm">
        {KEYS.map(([what, key]) => (
          <div key={key} className="contents">
            <dt>{what}</dt>
            <dd>
              <kbd className="rounded-md border border-line bg-sunk px-1.5 py-0.5 font-sans text-xs">{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <Button className="mt-6 w-full" onClick={onClose}>
        {t.app.close}
      </Button>
    </Dialog>
  );
}
