import { ChoiceField } from "@/components/forms/ChoiceField";
import { admin } from "@/lib/i18n/admin";
import type { Layer } from "@/lib/policyProtocol";
import type { Draft } from "./draft";
import { type Known, serverName } from "./words";

const words = admin.policy;
const LAYERS: Layer[] = ["tenant", "server", "tool", "user", "thread"];
const OWN_LAYERS: ("user" | "thread")[] = ["user", "thread"];

/** The servers that there are, and those that rules and tools speak of. */
export function serverOptions(known: Known) {
  const ids = new Set([...known.targets.servers.map((server) => server.id), ...known.tools.map((tool) => tool.server)]);
  return [...ids].map((id) => ({ value: id, name: serverName(id, known) }));
}

export function toolOptions(known: Known, server: string) {
  const tools = known.tools.filter((tool) => server === "" || tool.server === server);
  const names = new Map(tools.map(({ tool, title }) => [tool, title ? `${title} (${tool})` : tool]));
  return [...names].map(([value, name]) => ({ value, name }));
}

interface TargetFieldsProps {
  draft: Draft;
  known: Known;
  manages: boolean;
  /** The layer of a rule that exists stays. */
  exists: boolean;
  errors: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

/** Where a rule stands, and what it is about. */
export function TargetFields({ draft, known, manages, exists, errors, onChange }: TargetFieldsProps) {
  const layers = manages ? LAYERS.map((value) => ({ value, name: words.layers[value] })) : OWN_LAYERS.map((value) => ({ value, name: words.layersOwn[value] }));
  const needsServer = draft.layer === "server" || draft.layer === "tool";
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <div className="sm:col-span-2">
        <ChoiceField
          label={words.layer}
          hint={words.layerHint}
          value={draft.layer}
          options={layers}
          disabled={exists}
          onChange={(layer) => onChange({ layer: layer as Layer })}
        />
      </div>
      {draft.layer === "user" && manages && (
        <ChoiceField
          label={words.person}
          required
          none={words.chooseOne}
          value={draft.user}
          options={known.members.map(({ id, name, email }) => ({ value: id, name: `${name} (${email})` }))}
          error={errors["user_id"]}
          onChange={(user) => onChange({ user })}
        />
      )}
      {draft.layer === "thread" && (
        <ChoiceField
          label={words.chat}
          required
          none={words.chooseOne}
          value={draft.thread}
          options={known.targets.threads.map(({ id, title }) => ({ value: id, name: title }))}
          error={errors["thread_id"]}
          onChange={(thread) => onChange({ thread })}
        />
      )}
      <ChoiceField
        label={words.server}
        required={needsServer}
        none={needsServer ? words.chooseOne : words.anyServer}
        value={draft.server}
        options={serverOptions(known)}
        error={errors["server"]}
        onChange={(server) => onChange({ server, tool: "" })}
      />
      <ChoiceField
        label={words.tool}
        required={draft.layer === "tool"}
        none={draft.layer === "tool" ? words.chooseOne : words.anyTool}
        value={draft.tool}
        options={toolOptions(known, draft.server)}
        error={errors["tool"]}
        onChange={(tool) => onChange({ tool })}
      />
    </div>
  );
}
