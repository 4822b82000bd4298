import { diffWordsWithSpace } from "diff";
import type { Json, JsonObject } from "@/lib/protocol";
import { type Change, changesBetween } from "@/lib/schema/changes";
import { properties, resolve, type Schema, labelOf } from "@/lib/schema/schema";
import { t } from "@/lib/i18n";
import { visible } from "@/lib/text";

const WORDS_FROM = 40;

function shown(value: Json | undefined): string {
  if (value === undefined) return t.approvals.notSet;
  return visible(typeof value === "string" ? value : JSON.stringify(value));
}

function Words({ before, after }: { before: string; after: string }) {
  const parts = diffWordsWithSpace(before, after);
  return (
    <p className="whitespace-pre-wrap wrap-anywhere">
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

function OneChange({ change, label }: { change: Change; label: string }) {
  const { before, after } = change;
  const words = typeof before === "string" && typeof after === "string" && Math.max(before.length, after.length) > WORDS_FROM;
  return (
    <li className="min-w-0">
      <span className="text-xs text-soft">{label}</span>
      {words ? (
        <Words before={before} after={after} />
      ) : (
        <p className="flex flex-wrap gap-2 font-mono text-[0.8125rem]">
          <del className="rounded-md bg-del-wash px-1.5 wrap-anywhere no-underline">
            <span aria-hidden="true">− </span>
            {shown(before)}
          </del>
          <ins className="rounded-md bg-add-wash px-1.5 wrap-anywhere no-underline">
            <span aria-hidden="true">+ </span>
            {shown(after)}
          </ins>
        </p>
      )}
    </li>
  );
}

interface DiffProps {
  before: JsonObject;
  after: JsonObject;
  schema: Schema;
  label: string;
}

/** What differs between what the model proposed and what a person made of it. */
export function Diff({ before, after, schema, label }: DiffProps) {
  const changes = changesBetween(before, after);
  if (changes.length === 0) return null;
  const declared = new Map(properties(resolve(schema, schema)));
  const name = ([first = "", ...rest]: string[]) => {
    const property = declared.get(first);
    return [labelOf(first, property ? resolve(property, schema) : undefined), ...rest].join(" › ");
  };
  return (
    <div className="flex flex-col gap-1">
      <p className="text-xs font-medium text-soft">{label}</p>
      <ul aria-label={label} className="flex flex-col gap-1.5">
        {changes.map((change) => (
          <OneChange key={change.pointer} change={change} label={name(change.path)} />
        ))}
      </ul>
    </div>
  );
}
