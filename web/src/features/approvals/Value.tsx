import { useState } from "react";
import { t } from "@/lib/i18n";
import type { Json } from "@/lib/protocol";
import { isObject, isSecret, labelOf, properties, resolve, type Schema } from "@/lib/schema/schema";
import { visible } from "@/lib/text";

const CLAMP = 600;

function LongText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  const shown = visible(text);
  const long = shown.length > CLAMP;
  return (
    <>
      <bdi className="whitespace-pre-wrap wrap-anywhere">{long && !all ? `${shown.slice(0, CLAMP)}…` : shown}</bdi>
      {long && (
        <button type="button" className="ms-2 min-h-6 text-sm font-medium text-accent underline underline-offset-2" onClick={() => setAll(!all)}>
          {all ? t.approvals.showLess : t.approvals.showAll(text.length)}
        </button>
      )}
    </>
  );
}

function itemSchema(schema: Schema): Schema {
  const items = schema["items"];
  return isObject(items) ? items : {};
}

/** A value as people read it; nothing of it is left out. */
export function Value({ value, schema, root }: { value: Json; schema: Schema; root: Schema }) {
  const own = resolve(schema, root);
  if (isSecret(own)) return <span className="text-soft">•••••• ({t.approvals.hidden})</span>;
  if (value === null || value === "") return <span className="text-soft">{value === null ? "null" : t.approvals.empty}</span>;
  if (typeof value === "boolean") return value ? t.approvals.yes : t.approvals.no;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return <LongText text={value} />;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="text-soft">{t.approvals.empty}</span>;
    return (
      <ul className="list-disc ps-5">
        {value.map((item, index) => (
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Value value={item} schema={itemSchema(own)} root={root} />
          </li>
        ))}
      </ul>
    );
  }
  return <ValueList value={value} schema={own} root={root} />;
}

/** Named values, those that the schema declares first. */
export function ValueList({ value, schema, root }: { value: { [key: string]: Json }; schema: Schema; root: Schema }) {
  const declared = new Map(properties(schema));
  const names = [...[...declared.keys()].filter((name) => name in value), ...Object.keys(value).filter((name) => !declared.has(name))];
  if (names.length === 0) return <span className="text-soft">{t.approvals.empty}</span>;
  return (
    <dl className="grid grid-cols-[minmax(0,9rem)_minmax(0,1fr)] gap-x-4 gap-y-1.5 max-sm:grid-cols-1 max-sm:gap-y-0">
      {names.map((name) => {
        const property = declared.get(name);
        return (
          <div key={name} className="contents">
            <dt className="wrap-anywhere text-soft max-sm:mt-1.5 max-sm:text-sm" title={name}>
              {property ? labelOf(name, resolve(property, root)) : visible(name)}
            </dt>
            <dd className="min-w-0">
              <Value value={value[name] ?? null} schema={property ?? {}} root={root} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
