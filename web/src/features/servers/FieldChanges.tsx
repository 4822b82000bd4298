import { diffWordsWithSpace } from "diff";
import { admin } from "@/lib/i18n/admin";
import type { Change } from "@/lib/serversProtocol";
import { visible } from "@/lib/text";

/** Longer than this, a word-by-word comparison is slower than it is worth. */
const MOST_COMPARED = 20_000;
/** Fields that people read; the others are parts of schemas. */
const TEXTS = new Set(["title", "description"]);

function Parts({ before, after }: { before: string; after: string }) {
  if (before.length + after.length > MOST_COMPARED) {
    return (
      <>
        <Whole text={before} gone />
        <Whole text={after} />
      </>
    );
  }
  const parts = diffWordsWithSpace(before, after);
  return (
    <p className="max-h-96 overflow-y-auto text-sm whitespace-pre-wrap wrap-anywhere">
      {parts.map((part, index) => {
        const text = visible(part.value);
        // oxlint-disable-next-line react/no-array-index-key
        if (part.added) return <ins key={index} className="rounded-sm bg-add-wash no-underline">{text}</ins>;
        // oxlint-disable-next-line react/no-array-index-key
        if (part.removed) return <del key={index} className="rounded-sm bg-del-wash">{text}</del>;
        // oxlint-disable-next-line react/no-array-index-key
        return <span key={index}>{text}</span>;
      })}
    </p>
  );
}

function Whole({ text, gone = false }: { text: string; gone?: boolean }) {
  const Tag = gone ? "del" : "ins";
  return (
    <p className="max-h-96 overflow-y-auto text-sm whitespace-pre-wrap wrap-anywhere">
      <Tag className={`rounded-sm no-underline ${gone ? "bg-del-wash" : "bg-add-wash"}`}>
        <span aria-hidden="true">{gone ? "− " : "+ "}</span>
        {visible(text)}
      </Tag>
    </p>
  );
}

/** Field by field what was and what is; what is taken away is struck through, what is new is marked. */
export function FieldChanges({ label, changes }: { label: string; changes: Change[] }) {
  return (
    <ul aria-label={label} className="flex flex-col gap-2">
      {changes.map(({ field, before, after }) => (
        <li key={field} className={`min-w-0 ${TEXTS.has(field) ? "" : "font-mono"}`}>
          <p className="font-sans text-xs font-medium text-soft">
            {visible(field)}
            {before === null && ` · ${admin.servers.fieldNew}`}
            {after === null && ` · ${admin.servers.fieldGone}`}
          </p>
          {before !== null && after !== null ? <Parts before={before} after={after} /> : <Whole text={before ?? after ?? ""} gone={after === null} />}
        </li>
      ))}
    </ul>
  );
}
