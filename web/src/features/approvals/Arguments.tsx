import { Braces } from "lucide-react";
import { type ReactNode, useState } from "react";
import { t } from "@/lib/i18n";
import type { Json, JsonObject } from "@/lib/protocol";
import { resolve, type Schema } from "@/lib/schema/schema";
import { visible } from "@/lib/text";
import { ValueList } from "./Value";

export function RawJson({ value, label }: { value: Json; label: string }) {
  return (
    <pre
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={label}
      className="max-h-72 overflow-auto rounded-xl border border-line bg-sunk p-3 font-mono text-[0.8125rem] leading-relaxed"
    >
      {visible(JSON.stringify(value, null, 2))}
    </pre>
  );
}

/** The arguments of a call, all of them, as people read them or as they are sent; what else can be opened beside that. */
export function Arguments({ value, schema, children }: { value: JsonObject; schema: Schema; children?: ReactNode }) {
  const [raw, setRaw] = useState(false);
  const empty = Object.keys(value).length === 0;
  return (
    <div className="relative flex flex-col gap-1.5">
      {raw ? (
        <RawJson value={value} label={t.approvals.rawJson} />
      ) : empty ? (
        <p className="text-soft">{t.approvals.noArguments}</p>
      ) : (
        <ValueList value={value} schema={resolve(schema, schema)} root={schema} />
      )}
      <div className="flex flex-wrap items-start gap-x-4">
        <button
          type="button"
          aria-pressed={raw}
          onClick={() => setRaw(!raw)}
          className="-ms-1.5 inline-flex min-h-7 items-center gap-1.5 rounded-lg px-1.5 text-xs text-soft hover:bg-sunk hover:text-ink pointer-coarse:min-h-11"
        >
          <Braces size={13} aria-hidden="true" />
          {raw ? t.approvals.hideJson : t.approvals.rawJson}
        </button>
        {children}
      </div>
    </div>
  );
}
