import { t } from "@/lib/i18n";
import type { ToolInfo } from "@/lib/protocol";

const COUNT = 3;

function required(tool: ToolInfo): string[] {
  const names = tool.input_schema["required"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** The beginning of a message that would use a tool. */
export function starterText(tool: ToolInfo): string {
  const name = (tool.title ?? tool.name).replaceAll("_", " ");
  return t.chat.starter(name, required(tool).map((argument) => `${argument}: `).join(", "));
}

/** One tool of each server first, so that the ideas differ. */
export function pick(tools: ToolInfo[]): ToolInfo[] {
  const usable = tools.filter((tool) => tool.policy !== "deny");
  const first = usable.filter((tool, index) => usable.findIndex((other) => other.server === tool.server) === index);
  return [...first, ...usable.filter((tool) => !first.includes(tool))].slice(0, COUNT);
}

export function Starters({ tools, onPick }: { tools: ToolInfo[]; onPick: (text: string) => void }) {
  return (
    <ul aria-label={t.chat.starters} className="grid w-full gap-3 text-start sm:grid-cols-3">
      {pick(tools).map((tool) => (
        <li key={`${tool.server}/${tool.name}`}>
          <button
            type="button"
            className="flex h-full w-full flex-col gap-1 rounded-2xl border border-line bg-raised px-4 py-3 text-start hover:border-edge/70 hover:bg-sunk"
            onClick={() => onPick(starterText(tool))}
          >
            <span className="font-medium">{(tool.title ?? tool.name).replaceAll("_", " ")}</span>
            <span className="line-clamp-2 text-sm text-soft">{tool.description.split("\n", 1)[0]}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
