import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { t } from "@/lib/i18n";
import type { Thread } from "@/lib/threadsProtocol";

interface DeleteDialogProps {
  thread: Thread | null;
  onClose: () => void;
  onDelete: (thread: Thread) => void;
}

export function DeleteDialog({ thread, onClose, onDelete }: DeleteDialogProps) {
  if (!thread) return null;
  return (
    <ConfirmDialog
      title={t.threads.deleteTitle}
      text={t.threads.deleteText(thread.title || t.threads.untitled)}
      action={t.threads.remove}
      busy={false}
      error={null}
      onConfirm={() => onDelete(thread)}
      onClose={onClose}
    />
  );
}
