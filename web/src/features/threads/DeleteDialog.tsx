import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { t } from "@/lib/i18n";
import type { Thread } from "@/lib/protocol";

interface DeleteDialogProps {
  thread: Thread | null;
  onClose: () => void;
  onDelete: (thread: Thread) => void;
}

export function DeleteDialog({ thread, onClose, onDelete }: DeleteDialogProps) {
  return (
    <Dialog open={thread !== null} onClose={onClose} label={t.threads.deleteTitle}>
      <h2 className="text-lg font-semibold">{t.threads.deleteTitle}</h2>
      <p className="mt-2 wrap-break-word text-soft">{t.threads.deleteText(thread?.title || t.threads.untitled)}</p>
      <div className="mt-6 flex justify-end gap-3">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="danger" onClick={() => thread && onDelete(thread)}>
          {t.threads.remove}
        </Button>
      </div>
    </Dialog>
  );
}
