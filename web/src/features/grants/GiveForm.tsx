import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ChoiceField } from "@/components/forms/ChoiceField";
import { ConditionField } from "@/components/forms/ConditionField";
import { NumberField } from "@/components/forms/NumberField";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { Refusal, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { admin } from "@/lib/i18n/admin";
import type { GrantBody, Member, ToolClass } from "@/lib/policyProtocol";
import { definitionOf, type Targets } from "@/lib/targets";
import { giveGrant } from "./giveGrant";

const words = admin.grants;
const ME = "me";
const EVERYBODY = "everybody";
const MOST_DAYS = 30;
const MOST_USES = 10_000;

interface GiveFormProps {
  targets: Targets;
  tools: ToolClass[];
  members: Member[];
  me: string;
  manages: boolean;
  onDone: () => void;
}

const whole = (text: string, most: number) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most;

/** Gives a permission for one tool, as its definition is known to the giver's own agent. */
export function GiveForm({ targets, tools, members, me, manages, onDone }: GiveFormProps) {
  const client = useQueryClient();
  const [server, setServer] = useState("");
  const [tool, setTool] = useState("");
  const [who, setWho] = useState(ME);
  const [thread, setThread] = useState("");
  const [condition, setCondition] = useState("");
  const [days, setDays] = useState(String(MOST_DAYS));
  const [uses, setUses] = useState("");
  const [unattended, setUnattended] = useState(false);

  const known = tools.flatMap((each) => {
    const definition = definitionOf(targets.toolset, each.server, each.tool);
    return definition ? [{ ...each, hash: definition.definition_hash }] : [];
  });
  const servers = new Map(known.map((each) => [each.server, each.server_name]));
  const chosen = known.find((each) => each.server === server && each.tool === tool);
  const daysError = whole(days, MOST_DAYS) ? undefined : words.badDays;
  const usesError = uses.trim() === "" || whole(uses, MOST_USES) ? undefined : words.badUses;

  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: (body: GrantBody) => giveGrant(body),
    onSuccess: async () => {
      announce(words.givenNow(chosen?.title ?? tool));
      await client.invalidateQueries({ queryKey: keys.grants });
      onDone();
    },
  });
  const placed = error instanceof Refusal ? error.errors.find(({ field }) => field.replace(/^\//, "") === "condition") : undefined;
  const submit = () => {
    if (isPending || !chosen || daysError || usesError) return;
    mutate({
      server,
      tool,
      definition_hash: chosen.hash,
      days: Number(days),
      ...(who === ME ? {} : { user_id: who === EVERYBODY ? null : who }),
      ...(who === ME && thread ? { thread_id: thread } : {}),
      ...(condition.trim() ? { condition: condition.trim() } : {}),
      ...(uses.trim() ? { uses: Number(uses) } : {}),
      ...(unattended ? { unattended } : {}),
    });
  };
  const people = [
    { value: ME, name: words.me },
    ...members.filter((member) => member.id !== me).map((member) => ({ value: member.id, name: words.person(member.name, member.email) })),
    { value: EVERYBODY, name: words.scopes.everybody },
  ];
  return (
    <form
      noValidate
      aria-label={words.give}
      className="flex flex-col gap-4 rounded-2xl border border-line bg-raised p-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 className="font-medium">{words.give}</h2>
      <p className="text-sm text-soft">{known.length > 0 ? words.giveIntro : words.noTools}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <ChoiceField
          label={words.server}
          required
          none={words.choose}
          value={server}
          options={[...servers].map(([value, name]) => ({ value, name }))}
          onChange={(next) => {
            setServer(next);
            setTool("");
          }}
        />
        <ChoiceField
          label={words.tool}
          required
          none={words.choose}
          value={tool}
          options={known.filter((each) => each.server === server).map((each) => ({ value: each.tool, name: each.title ? `${each.title} (${each.tool})` : each.tool }))}
          onChange={setTool}
        />
        {manages && <ChoiceField label={words.who} value={who} options={people} onChange={setWho} />}
        {who === ME && (
          <ChoiceField
            label={words.where}
            none={words.everyChat}
            value={thread}
            options={targets.threads.map(({ id, title }) => ({ value: id, name: title }))}
            onChange={setThread}
          />
        )}
        <NumberField label={words.days} value={days} error={daysError} onChange={setDays} />
        <NumberField label={words.usesField} value={uses} error={usesError} onChange={setUses} />
      </div>
      <ConditionField value={condition} error={placed} refused={variables?.condition ?? ""} onChange={setCondition} />
      {manages && <Tick label={words.unattendedField} hint={words.unattendedHint} checked={unattended} onChange={setUnattended} />}
      {error && !placed && (
        <p role="alert" className="wrap-anywhere text-danger">
          {words.refused(sentence(error))}
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="accent" aria-disabled={isPending || !chosen || daysError !== undefined || usesError !== undefined}>
          {words.submit}
        </Button>
        <Button onClick={onDone}>{words.cancel}</Button>
      </div>
    </form>
  );
}
