import { Wrench } from "lucide-react";
import { admin } from "@/lib/i18n/admin";
import type { ToolClass } from "@/lib/policyProtocol";
import { ToolTable } from "./ToolTable";

const words = admin.policy;

/** Every known tool by its server: what admins say it can do, beside what its server claims. */
export function ToolClasses({ tools, manages }: { tools: ToolClass[]; manages: boolean }) {
  const servers = new Map<string, ToolClass[]>();
  for (const tool of tools) servers.set(tool.server, [...(servers.get(tool.server) ?? []), tool]);
  return (
    <>
      <p className="text-sm text-soft">
        {words.toolsIntro} {words.declaredNote} {!manages && words.toolsReadOnly}
      </p>
      {servers.size === 0 && (
        <div className="flex flex-col items-center gap-2 py-14 text-center">
          <Wrench size={32} aria-hidden="true" className="text-soft" />
          <h2 className="font-medium">{words.noTools}</h2>
          <p className="max-w-sm text-sm text-soft">{words.noToolsHint}</p>
        </div>
      )}
      {[...servers].map(([server, of]) => (
        <section key={server} aria-labelledby={`tools-${server}`} className="mt-6">
          <h2 id={`tools-${server}`} className="mb-1 font-medium">
            {of[0]?.server_name ?? server}
          </h2>
          <ToolTable label={of[0]?.server_name ?? server} tools={of} manages={manages} />
        </section>
      ))}
    </>
  );
}
