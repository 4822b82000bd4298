import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Table } from "@/components/ui/Table";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { admin } from "@/lib/i18n/admin";
import type { Effect, Risk, ToolClass } from "@/lib/policyProtocol";
import { shortTime } from "@/lib/times";
import { classTool } from "./classTool";
import { declaredWords } from "@/lib/declared";

const words = admin.policy;
const EFFECTS: Effect[] = ["at_most_once", "idempotent", "pure"];
const RISKS: Risk[] = ["reads", "changes", "destroys", "leaves"];

type Change = Pick<ToolClass, "effect" | "risk">;

const nameOf = (tool: ToolClass) => tool.title ?? tool.tool;

interface SelectProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
}

function CellSelect({ label, value, options, onChange }: SelectProps) {
  return (
    <select aria-label={label} className="field min-h-9 max-w-52 pointer-coarse:min-h-11" value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface ToolTableProps {
  label: string;
  tools: ToolClass[];
  manages: boolean;
}

/** The tools of one server. A choice counts when it is saved: it decides what runs, so arrow keys alone must not make it. */
export function ToolTable({ label, tools, manages }: ToolTableProps) {
  const client = useQueryClient();
  const [changes, setChanges] = useState<Record<string, Change>>({});
  const drop = (tool: string) => setChanges((now) => Object.fromEntries(Object.entries(now).filter(([name]) => name !== tool)));
  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: (tool: ToolClass) => classTool(tool.server, tool.tool, tool.effect, tool.risk),
    onSuccess: (saved) => {
      client.setQueryData<ToolClass[]>(keys.toolClasses, (all) => all?.map((tool) => (tool.server === saved.server && tool.tool === saved.tool ? saved : tool)));
      drop(saved.tool);
      announce(words.saved(nameOf(saved)));
    },
  });
  const current = (tool: ToolClass): ToolClass => ({ ...tool, ...changes[tool.tool] });
  const change = (tool: ToolClass, part: Partial<Change>) => {
    const { effect, risk } = { ...current(tool), ...part };
    if (effect === tool.effect && risk === tool.risk) drop(tool.tool);
    else setChanges((now) => ({ ...now, [tool.tool]: { effect, risk } }));
  };
  return (
    <Table<ToolClass>
      label={label}
      keyOf={(tool) => tool.tool}
      rows={tools}
      columns={[
        {
          head: words.toolColumn,
          className: "sm:min-w-36",
          render: (tool) => (
            <>
              <span className="block font-medium">{nameOf(tool)}</span>
              {tool.title && <code className="font-mono text-xs text-soft">{tool.tool}</code>}
            </>
          ),
        },
        { head: words.declaredColumn, render: (tool) => <span className="text-soft italic">{declaredWords(tool.declared)}</span> },
        {
          head: words.risk,
          render: (tool) =>
            manages ? (
              <CellSelect
                label={words.riskOf(nameOf(tool))}
                value={current(tool).risk ?? ""}
                options={[...(tool.risk === null ? [["", words.riskNone] as [string, string]] : []), ...RISKS.map((risk): [string, string] => [risk, words.risks[risk]])]}
                onChange={(risk) => change(tool, { risk: risk === "" ? null : (risk as Risk) })}
              />
            ) : tool.risk ? (
              words.risks[tool.risk]
            ) : (
              words.riskNone
            ),
        },
        {
          head: words.effect,
          render: (tool) =>
            manages ? (
              <CellSelect
                label={words.effectOf(nameOf(tool))}
                value={current(tool).effect}
                options={EFFECTS.map((effect) => [effect, words.effects[effect]])}
                onChange={(effect) => change(tool, { effect: effect as Effect })}
              />
            ) : (
              words.effects[tool.effect]
            ),
        },
        {
          head: words.setColumn,
          className: "sm:w-44",
          render: (tool) =>
            changes[tool.tool] ? (
              <>
                <span className="flex flex-wrap gap-2">
                  <Button look="accent" aria-label={words.saveTool(nameOf(tool))} aria-disabled={isPending} onClick={() => !isPending && mutate(current(tool))}>
                    {words.saveShort}
                  </Button>
                  <Button aria-label={words.undoTool(nameOf(tool))} onClick={() => drop(tool.tool)}>
                    {words.undoShort}
                  </Button>
                </span>
                {error && variables.tool === tool.tool && (
                  <span role="alert" className="mt-1 block text-danger">
                    {sentence(error)}
                  </span>
                )}
              </>
            ) : (
              <span className="text-soft">{tool.set_by && tool.set_at ? words.setBy(tool.set_by.name, shortTime(tool.set_at)) : words.unset}</span>
            ),
        },
      ]}
    />
  );
}
