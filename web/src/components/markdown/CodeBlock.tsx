import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { t } from "@/lib/i18n";

const LONGEST = 60_000;
const COPIED_MS = 1800;

function useHighlighted(code: string, language: string, writing: boolean): ReactNode {
  const [colored, setColored] = useState<{ code: string; tree: ReactNode } | null>(null);
  useEffect(() => {
    if (writing || !language || code.length > LONGEST) return;
    let current = true;
    void import("./highlight").then(({ highlight }) => {
      if (current) setColored({ code, tree: highlight(code, language) });
    });
    return () => {
      current = false;
    };
  }, [code, language, writing]);
  return colored?.code === code ? colored.tree : null;
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      aria-label={copied ? t.chat.copied : label}
      className="inline-flex min-h-7 items-center gap-1.5 rounded-lg px-2 text-xs text-soft hover:bg-line/60 hover:text-ink pointer-coarse:min-h-11"
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      {copied ? t.chat.copied : t.chat.copy}
    </button>
  );
}

export function CodeBlock({ code, language, writing = false }: { code: string; language: string; writing?: boolean }) {
  const colored = useHighlighted(code, language, writing);
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-sunk">
      <div className="flex items-center justify-between border-b border-line ps-4 pe-1.5 text-xs text-soft">
        <span className="font-mono">{language || t.chat.code}</span>
        <CopyButton text={code} label={t.chat.copyCode} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="overflow-x-auto p-4 font-mono text-[0.8438rem] leading-relaxed" tabIndex={0} role="group" aria-label={t.chat.codeIn(language)}>
        <code>{colored ?? code}</code>
      </pre>
    </div>
  );
}
