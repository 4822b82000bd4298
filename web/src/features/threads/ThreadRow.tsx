import { clsx } from "clsx";
import { Archive, Ellipsis, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { t } from "@/lib/i18n";
import type { Thread } from "@/lib/threadsProtocol";
import { pages } from "@/lib/urls";
import { RenameField } from "./RenameField";

function State({ thread }: { thread: Thread }) {
  if (thread.waiting > 0) {
    return (
      <span className="flex min-w-5 items-center justify-center rounded-full bg-warn px-1.5 text-xs font-semibold text-page" title={t.threads.waits(thread.waiting)}>
        <span aria-hidden="true">{thread.waiting}</span>
        <span className="sr-only">, {t.threads.waits(thread.waiting)}</span>
      </span>
    );
  }
  if (thread.state === "running" || thread.state === "queued") {
    const word = thread.state === "running" ? t.threads.running : t.threads.queued;
    return (
      <span title={word} className="flex items-center">
        <span aria-hidden="true" className={clsx("size-2 rounded-full bg-accent", thread.state === "running" && "animate-pulse")} />
        <span className="sr-only">, {word}</span>
      </span>
    );
  }
  return null;
}

interface ThreadRowProps {
  thread: Thread;
  current: boolean;
  onRename: (title: string) => void;
  onPin: () => void;
  onArchive: () => void;
  onDelete: () => void;
  onFollow: () => void;
}

export function ThreadRow({ thread, current, onRename, onPin, onArchive, onDelete, onFollow }: ThreadRowProps) {
  const [renaming, setRenaming] = useState(false);
  const toRename = useRef(false);
  const title = thread.title || t.threads.untitled;
  if (renaming) {
    return (
      <li>
        <RenameField
          title={thread.title}
          onDone={(next) => {
            setRenaming(false);
            if (next !== null) onRename(next);
          }}
        />
      </li>
    );
  }
  return (
    <li className={clsx("group relative flex items-center rounded-xl", current ? "bg-line/70" : "hover:bg-line/40 focus-within:bg-line/40")}>
      <Link
        href={pages.thread(thread.id)}
        aria-current={current ? "page" : undefined}
        onClick={onFollow}
        className="flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-xl ps-3 text-sm pointer-coarse:min-h-11"
      >
        <span className="min-w-0 flex-1 truncate">{title}</span>
        <State thread={thread} />
      </Link>
      <Menu
        label={t.threads.options(title)}
        onClosed={(event) => {
          if (toRename.current) event.preventDefault();
          toRename.current = false;
        }}
        trigger={
          <button
            type="button"
            aria-label={t.threads.options(title)}
            className={clsx(
              "inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-soft hover:text-ink pointer-coarse:size-11",
              !current && "pointer-fine:opacity-0 group-hover:opacity-100 group-focus-within:opacity-100 data-[state=open]:opacity-100",
            )}
          >
            <Ellipsis size={16} aria-hidden="true" />
          </button>
        }
      >
        <MenuItem onSelect={onPin}>
          {thread.pinned ? <PinOff size={15} aria-hidden="true" /> : <Pin size={15} aria-hidden="true" />}
          {thread.pinned ? t.threads.unpin : t.threads.pin}
        </MenuItem>
        <MenuItem
          onSelect={() => {
            toRename.current = true;
            setRenaming(true);
          }}
        >
          <Pencil size={15} aria-hidden="true" />
          {t.threads.rename}
        </MenuItem>
        <MenuItem onSelect={onArchive}>
          <Archive size={15} aria-hidden="true" />
          {t.threads.archive}
        </MenuItem>
        <MenuItem onSelect={onDelete} className="text-danger">
          <Trash2 size={15} aria-hidden="true" />
          {t.threads.remove}
        </MenuItem>
      </Menu>
    </li>
  );
}
