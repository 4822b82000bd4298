import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notices";
import type { Thread } from "@/lib/threadsProtocol";
import { pages } from "@/lib/urls";
import { dropThread, putThread } from "./cache";
import { changeThread, type ThreadChanges } from "./changeThread";
import { deleteThread } from "./deleteThread";
import { restoreThread } from "./restoreThread";

const failed = (error: unknown) => notify(sentence(error));

function news(text: string, act: { label: string; run: () => void }): void {
  announce(text);
  notify(text, null, act);
}

/** What can be done with a conversation from a list; what was done is said, and can be undone where that is not plain to see. */
export function useThreadActions() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const nameOf = (thread: Thread) => thread.title || t.threads.untitled;

  const change = (thread: Thread, changes: ThreadChanges, said: (changed: Thread) => void) => {
    changeThread(thread.id, changes).then((changed) => {
      putThread(client, changed);
      said(changed);
    }, failed);
  };
  const archive = (thread: Thread, archived: boolean) =>
    change(thread, { archived }, (changed) => {
      if (archived) news(t.threads.archived(nameOf(changed)), { label: t.threads.undo, run: () => archive(changed, false) });
      else announce(t.threads.unarchived(nameOf(changed)));
    });
  const restore = (thread: Thread, open: boolean) => {
    restoreThread(thread.id).then((restored) => {
      putThread(client, restored);
      announce(t.threads.restored(nameOf(restored)));
      if (open) navigate(pages.thread(restored.id));
    }, failed);
  };
  return {
    archive,
    rename: (thread: Thread, title: string) => change(thread, { title }, () => undefined),
    pin: (thread: Thread, pinned: boolean) =>
      change(thread, { pinned }, (changed) => announce(pinned ? t.threads.nowPinned(nameOf(changed)) : t.threads.nowUnpinned(nameOf(changed)))),
    remove: (thread: Thread, onDeleted: (id: string) => void) => {
      const open = window.location.pathname === pages.thread(thread.id);
      deleteThread(thread.id).then(() => {
        dropThread(client, thread.id);
        onDeleted(thread.id);
        news(t.threads.deleted(nameOf(thread)), { label: t.threads.undo, run: () => restore(thread, open) });
      }, failed);
    },
  };
}
