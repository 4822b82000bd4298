import { clsx } from "clsx";
import { Table } from "@/components/ui/Table";
import { admin } from "@/lib/i18n/admin";
import type { Layer, TraceStep } from "@/lib/policyProtocol";
import { VerdictMark } from "@/components/ui/VerdictMark";

const words = admin.policy;

function layerWord(layer: string): string {
  return layer === "grant" ? words.grantLayer : (words.layers[layer as Layer] ?? layer);
}

/** The rules and permissions that were looked at, in order; the one that decided stands out. */
export function Trace({ steps }: { steps: TraceStep[] }) {
  const rows = steps.map((step, index) => ({ ...step, index }));
  return (
    <Table<TraceStep & { index: number }>
      label={words.trace}
      keyOf={(step) => String(step.index)}
      rows={rows}
      columns={[
        {
          head: words.step,
          render: (step) => (
            <span className={clsx(step.decided && "font-semibold", !step.matched && "text-soft")}>
              {step.layer === "grant" ? words.scopeOf(step.rule) : step.rule}{" "}
              {step.decided && <span className="rounded-full bg-accent px-2 py-px text-xs font-medium whitespace-nowrap text-accent-ink">{words.decides}</span>}
            </span>
          ),
        },
        { head: words.layerOf, render: (step) => layerWord(step.layer) },
        { head: words.says, render: (step) => <VerdictMark verdict={step.verdict} /> },
        { head: words.applies, render: (step) => (step.matched ? words.matched : words.notMatched) },
        { head: words.why, render: (step) => <span className="text-soft">{step.why}</span> },
      ]}
    />
  );
}
