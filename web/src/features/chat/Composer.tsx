import { ArrowUp, Square } from "lucide-react";
import { type ChangeEvent, type KeyboardEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { useServers } from "@/lib/api/getServers";
import { COMPOSER_ID } from "@/lib/focus";
import { t } from "@/lib/i18n";
import { useKept } from "@/lib/storage";
import { OfferMenu } from "./OfferMenu";
import type { OfferKind } from "./offers";

const OfferDialog = lazy(() => import("./OfferDialog").then((part) => ({ default: part.OfferDialog })));

const MOST_ROWS = 8;

interface ComposerProps {
  draftKey: string;
  /** A run is under way that can be stopped. */
  stoppable: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
  error?: string | null;
  /** Calls wait for a decision, and a new message would take their place. */
  withdraws?: boolean;
}

/** What is asked for by the character that was typed just now: `@` begins a word, `/` a message. */
function askedBy({ target, nativeEvent }: ChangeEvent<HTMLTextAreaElement>): OfferKind | null {
  const typed = nativeEvent instanceof InputEvent ? nativeEvent.data : null;
  if (typed === "/") return target.value === "/" ? "prompts" : null;
  return typed === "@" && /(^|\s)@$/.test(target.value.slice(0, target.selectionStart)) ? "resources" : null;
}

export function draftName(threadId: string): string {
  return `draft.${threadId}`;
}

/** The message box. It never looks at messages, so typing stays quick in a long chat. */
export function Composer({ draftKey, stoppable, onSend, onStop, error = null, withdraws = false }: ComposerProps) {
  const [kept, keep] = useKept<string>(draftName(draftKey));
  const draft = kept ?? "";
  const warned = withdraws && draft.trim() !== "";
  const field = useRef<HTMLTextAreaElement>(null);
  const [offered, setOffered] = useState<{ kind: OfferKind; from: number; to: number } | null>(null);
  const { data: servers = [] } = useServers();
  const connected = servers.filter(({ state }) => state === "connected");

  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches && document.activeElement === document.body) field.current?.focus();
  }, [draftKey]);

  const send = () => {
    const text = draft.trim();
    if (!text) return;
    keep(null);
    onSend(text);
  };
  const changed = (event: ChangeEvent<HTMLTextAreaElement>) => {
    keep(event.target.value || null);
    const kind = connected.length > 0 ? askedBy(event) : null;
    if (kind) setOffered({ kind, from: event.target.selectionStart - 1, to: event.target.selectionStart });
  };
  const add = (kind: OfferKind) => {
    const { selectionStart: from = draft.length, selectionEnd: to = from } = field.current ?? {};
    setOffered({ kind, from, to });
  };
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };

  return (
    <>
      <form
        className="mx-auto w-full max-w-3xl px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {error && (
          <p role="alert" className="px-3 pb-2 text-sm text-danger">
            {error}
          </p>
        )}
        <div className="flex items-end gap-2 rounded-[1.75rem] border border-edge/60 bg-raised p-1.5 shadow-card focus-within:border-accent">
          {connected.length > 0 && <OfferMenu onChoose={add} />}
          <textarea
            ref={field}
            id={COMPOSER_ID}
            aria-label={t.chat.compose}
            placeholder={t.chat.placeholder}
            value={draft}
            rows={Math.min(MOST_ROWS, draft.split("\n").length)}
            enterKeyHint="send"
            className="field-sizing-content max-h-56 min-h-10 flex-1 resize-none bg-transparent px-3.5 py-2 outline-none placeholder:text-soft"
            onChange={changed}
            onKeyDown={keyDown}
          />
          {stoppable && (
            <button
              type="button"
              data-stop=""
              aria-label={t.chat.stop}
              title={t.chat.stop}
              onClick={onStop}
              className="inline-flex size-10 shrink-0 items-center justify-center rounded-full border border-edge/70 hover:bg-sunk pointer-coarse:size-11"
            >
              <Square size={14} fill="currentColor" aria-hidden="true" />
            </button>
          )}
          <button
            type="submit"
            aria-label={t.chat.send}
            title={t.chat.send}
            disabled={!draft.trim()}
            className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-strong text-strong-ink transition-opacity disabled:cursor-not-allowed disabled:opacity-30 pointer-coarse:size-11"
          >
            <ArrowUp size={20} aria-hidden="true" />
          </button>
        </div>
        <p className={`pt-2 text-center text-xs ${warned ? "text-warn" : "text-soft max-sm:hidden"}`}>{warned ? t.chat.withdraws : t.chat.hint}</p>
      </form>
      {offered && (
        <Suspense>
          <OfferDialog
            kind={offered.kind}
            servers={connected}
            onClose={() => setOffered(null)}
            onText={(text) => {
              keep(draft.slice(0, offered.from) + text + draft.slice(offered.to));
              setOffered(null);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
