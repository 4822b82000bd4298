import { ChevronDown, ShieldAlert, TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "wouter";
import { VerdictMark } from "@/components/ui/VerdictMark";
import { declaredWords } from "@/lib/declared";
import { admin } from "@/lib/i18n/admin";
import type { Me, Server } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { labelOf, properties, requiredNames, resolve } from "@/lib/schema/schema";
import type { ServerTool } from "@/lib/serversProtocol";
import { visible } from "@/lib/text";
import { pages } from "@/lib/urls";
import { ToolChoice } from "./ToolChoice";

const words = admin.servers;

function Parameters({ tool }: { tool: ServerTool }) {
  const schema = resolve(tool.input_schema, tool.input_schema);
  const fields = properties(schema);
  const needed = requiredNames(schema);
  if (fields.length === 0) return <p className="text-soft">{words.noParameters}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {fields.map(([name, property]) => {
        const { description } = resolve(property, schema);
        return (
          <li key={name} className="wrap-anywhere">
            <code className="font-mono text-[0.8125rem]">{visible(name)}</code> {labelOf(name, property) !== name && visible(labelOf(name, property))}{" "}
            {needed.has(name) && <span className="text-xs text-soft">{words.required}</span>}
            {typeof description === "string" && <span className="block text-soft">{visible(description)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Details({ tool, server, me }: ToolCardProps) {
  const heading = "text-xs font-medium text-soft";
  return (
    <div className="flex flex-col gap-3 border-t border-line px-4 py-3 text-sm">
      <div>
        <h4 className={heading}>{words.description}</h4>
        <p className="whitespace-pre-line wrap-anywhere">{visible(tool.description) || <span className="text-soft">{words.noDescription}</span>}</p>
      </div>
      <div>
        <h4 className={heading}>{words.declares}</h4>
        <p className="italic">{declaredWords(tool.declared)}</p>
      </div>
      <div>
        <h4 className={heading}>{words.parameters}</h4>
        <Parameters tool={tool} />
      </div>
      <div>
        <h4 className={heading}>{words.classes}</h4>
        <p>
          {words.classed(tool.risk ? admin.policy.risks[tool.risk] : admin.policy.riskNone, admin.policy.effects[tool.effect])}{" "}
          {may(me, "policy.manage") && (
            <Link href={`${pages.policies}?view=tools`} className="text-accent underline underline-offset-2">
              {words.changeClasses}
            </Link>
          )}
        </p>
      </div>
      <div>
        <h4 className={heading}>{words.modelName}</h4>
        <code className="font-mono text-[0.8125rem] wrap-anywhere">{tool.name}</code>
      </div>
      <ToolChoice tool={tool} server={server} me={me} />
    </div>
  );
}

interface ToolCardProps {
  tool: ServerTool;
  server: Server;
  me: Me;
}

/** One tool in a line, and opened all that is known of it. */
export function ToolCard({ tool, server, me }: ToolCardProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const title = visible(tool.title ?? tool.tool);
  return (
    <li aria-label={title} className="rounded-2xl border border-line bg-raised [contain-intrinsic-size:auto_64px] [content-visibility:auto]">
      <h3 className="text-base font-normal">
      <button type="button" aria-expanded={open} aria-controls={id} className="flex min-h-12 w-full flex-wrap items-center gap-x-3 gap-y-1 rounded-2xl px-4 py-2.5 text-start hover:bg-sunk" onClick={() => setOpen(!open)}>
        <span className="min-w-0 flex-1 basis-48 wrap-anywhere">
          <span className="font-medium">{title}</span>
          {tool.title && <code className="ms-2 font-mono text-xs text-soft">{visible(tool.tool)}</code>}
        </span>
        {tool.state === "set_aside" ? (
          <span className="inline-flex items-center gap-1.5 rounded-full border border-warn/55 px-2.5 py-0.5 text-xs font-medium text-warn">
            <ShieldAlert size={13} aria-hidden="true" />
            {words.toolAside}
          </span>
        ) : (
          <VerdictMark verdict={tool.policy} />
        )}
        <ChevronDown size={16} aria-hidden="true" className={`shrink-0 text-soft ${open ? "rotate-180" : ""}`} />
      </button>
      </h3>
      {tool.flags.length > 0 && (
        <ul className="px-4 pb-2.5">
          {tool.flags.map((flag) => (
            <li key={flag.kind + flag.message} className="flex gap-1.5 text-sm text-warn">
              <TriangleAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
              <span className="wrap-anywhere">{visible(flag.message)}</span>
            </li>
          ))}
        </ul>
      )}
      <div id={id}>{open && <Details tool={tool} server={server} me={me} />}</div>
    </li>
  );
}
