import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ChoiceField } from "@/components/forms/ChoiceField";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { Table } from "@/components/ui/Table";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { RuleBody, SimulatedCall } from "@/lib/policyProtocol";
import { shortTime } from "@/lib/times";
import { simulateRule } from "./simulateRule";
import { VerdictMark } from "@/components/ui/VerdictMark";
import { type Known, toolWords } from "./words";

const words = admin.policy;
const PERIODS = [1, 7, 30, 90];
const DAY_MS = 86_400_000;

interface SimulateProps {
  body: RuleBody;
  replaces: string | null;
  known: Known;
  /** Whether the rule can be asked about as it stands; shows what is missing where it can't. */
  ready: () => boolean;
  onRefused: (error: unknown, body: RuleBody) => void;
}

/** Tries a rule on calls that were really made, before it is saved or switched on. */
export function Simulate({ body, replaces, known, ready, onRefused }: SimulateProps) {
  const [days, setDays] = useState(30);
  const trial = { ...body, enabled: true };
  const { mutate, data, variables, error, isPending } = useMutation({
    mutationFn: (tried: RuleBody) => simulateRule(tried, replaces, new Date(Date.now() - days * DAY_MS).toISOString()),
    onSuccess: (found) => announce(words.tried(found.looked_at, found.changed)),
    onError: onRefused,
  });
  const outdated = data !== undefined && JSON.stringify(variables) !== JSON.stringify(trial);
  return (
    <section aria-labelledby="simulate" className="flex flex-col gap-3 rounded-2xl border border-line bg-sunk/60 p-4">
      <h2 id="simulate" className="font-medium">
        {words.simulate}
      </h2>
      <p className="text-sm text-soft">{words.simulateHint}</p>
      <div className="flex flex-wrap items-end gap-3">
        <ChoiceField
          label={words.period}
          value={String(days)}
          options={PERIODS.map((period) => ({ value: String(period), name: words.days(period) }))}
          onChange={(period) => setDays(Number(period))}
        />
        <Button
          className="min-h-10!"
          aria-disabled={isPending}
          onClick={() => {
            if (!isPending && ready()) mutate(trial);
          }}
        >
          {isPending && <Spinner />}
          {words.simulate}
        </Button>
      </div>
      {error !== null && <p className="text-sm wrap-anywhere text-danger">{sentence(error)}</p>}
      {data && (
        <>
          <p className="text-sm font-medium">{words.tried(data.looked_at, data.changed)}</p>
          {outdated && <p className="text-sm text-warn">{words.outdated}</p>}
          {data.truncated && <p className="text-sm text-soft">{words.truncated}</p>}
          {data.calls.length > 0 && (
            <Table<SimulatedCall>
              label={words.triedTable}
              keyOf={(call) => call.id}
              rows={data.calls}
              columns={[
                { head: words.at, render: (call) => <time dateTime={call.at}>{shortTime(call.at)}</time>, className: "sm:whitespace-nowrap" },
                { head: words.tool, render: (call) => toolWords(call.server, call.tool, known) },
                { head: words.requester, render: (call) => call.requester.name },
                { head: words.arguments, render: (call) => <code className="line-clamp-3 font-mono text-xs">{JSON.stringify(call.arguments)}</code> },
                { head: words.before, render: (call) => <VerdictMark verdict={call.before} /> },
                { head: words.after, render: (call) => <VerdictMark verdict={call.after} /> },
              ]}
            />
          )}
          {data.calls.length < data.changed && <p className="text-sm text-soft">{words.fewer(data.calls.length, data.changed)}</p>}
        </>
      )}
    </section>
  );
}
