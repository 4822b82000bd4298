import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What the button says that does it. */
  action: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that can't be undone; a refusal is said in place. */
export function ConfirmDialog({ title, text, action, busy, error, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Dialog open onClose={onClose} label={title}>
      <h2 className="text-lg font-semibold wrap-anywhere">{title}</h2>
      <p className="mt-2 wrap-anywhere text-soft">{text}</p>
      {error !== null && (
        <p role="alert" className="mt-2 text-danger">
          {sentence(error)}
        </p>
      )}
      <div className="mt-6 flex justify-end gap-3">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="danger" aria-disabled={busy} onClick={() => !busy && onConfirm()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
