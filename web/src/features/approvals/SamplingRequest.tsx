import type { ReactNode } from "react";
import { sampling as t } from "@/lib/i18n/en/sampling";
import type { JsonObject } from "@/lib/protocol";
import { Blocks } from "./Blocks";
import { type SamplingPart, samplingOf } from "./sampling";
import { Value } from "./Value";

const ANY = {};

function Said({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5 rounded-xl bg-sunk px-3 py-2">
      <p className="text-xs font-medium text-soft">{title}</p>
      {children}
    </div>
  );
}

function Part({ part }: { part: SamplingPart }) {
  if (part.kind !== "text") return <Blocks blocks={[part]} />;
  return (
    <p className="min-w-0">
      <Value value={part.text} schema={ANY} root={ANY} />
    </p>
  );
}

/** What a server wants the model to write: its words as text, its images as images, all of it. */
export function SamplingRequest({ value }: { value: JsonObject }) {
  const { system, messages, max_tokens } = samplingOf(value);
  return (
    <div className="flex flex-col gap-2">
      {system !== null && (
        <Said title={t.system}>
          <p className="min-w-0">
            <Value value={system} schema={ANY} root={ANY} />
          </p>
        </Said>
      )}
      {messages.map((message, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- they never change place
        <Said key={place} title={t.role[message.role]}>
          {message.content.map((part, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- nor do these
            <Part key={at} part={part} />
          ))}
        </Said>
      ))}
      <p className="text-sm text-soft">{t.limit(max_tokens)}</p>
    </div>
  );
}
