import { useState } from "react";
import { TextField } from "./TextField";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";

const words = admin.data;

interface TypedDialogProps {
  title: string;
  text: string;
  /** What has to be typed. */
  name: string;
  busy: boolean;
  error: unknown;
  onConfirm: (typed: string) => void;
  onClose: () => void;
}

/** Asks before what can never be undone: whoever wants it types the name of what goes. */
export function TypedDialog({ title, text, name, busy, error, onConfirm, onClose }: TypedDialogProps) {
  const [typed, setTyped] = useState("");
  const ready = typed.trim() === name.trim() && !busy;
  return (
    <Dialog open onClose={onClose} label={title}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onConfirm(typed);
        }}
      >
        <h2 className="text-lg font-semibold wrap-anywhere">{title}</h2>
        <p className="mt-2 mb-4 text-soft">{text}</p>
        <TextField label={words.typeName(name)} value={typed} most={500} onChange={setTyped} />
        {error !== null && (
          <p role="alert" className="mt-2 text-danger">
            {sentence(error)}
          </p>
        )}
        <div className="mt-6 flex justify-end gap-3">
          <Button onClick={onClose}>{t.app.cancel}</Button>
          <Button type="submit" look="danger" aria-disabled={!ready}>
            {words.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
