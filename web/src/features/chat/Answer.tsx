import { CopyButton } from "@/components/markdown/CodeBlock";
import { Markdown } from "@/components/markdown/Markdown";
import type { Text } from "@/lib/conversation/state";
import { t } from "@/lib/i18n";
import { shortTime } from "@/lib/times";

export function Answer({ text }: { text: Text }) {
  return (
    <article aria-label={t.chat.assistantAt(text.at === null ? "" : shortTime(text.at))} data-message={text.id} tabIndex={-1} className="group/answer rounded-xl">
      <h2 className="sr-only">{t.chat.assistant}</h2>
      <Markdown text={text.text} />
      {text.incomplete && <p className="mt-2 text-sm text-warn">{t.chat.incomplete}</p>}
      <div className="-ms-2 mt-0.5 -mb-4 h-7 opacity-0 transition-opacity group-hover/answer:opacity-100 group-focus-within/answer:opacity-100 pointer-coarse:h-11 pointer-coarse:opacity-100">
        <CopyButton text={text.text} label={t.chat.copyAnswer} />
      </div>
    </article>
  );
}

/** What is being written at this moment; the announcer says when it is ready. */
export function Writing({ text }: { text: string }) {
  return (
    <article aria-label={t.chat.assistantAt("")} aria-busy="true">
      <h2 className="sr-only">{t.chat.assistant}</h2>
      <Markdown text={text} writing />
    </article>
  );
}
