import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { ChoiceField } from "@/components/forms/ChoiceField";
import { Radios } from "@/components/forms/Radios";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { JsonObject } from "@/lib/protocol";
import { isObject, type Schema, startValue } from "@/lib/schema/schema";
import { definitionOf } from "@/lib/targets";
import { Answer } from "./Answer";
import { explainCall } from "./explainCall";
import { serverOptions, toolOptions } from "./TargetFields";
import type { Known } from "./words";

const words = admin.policy;

/** Draws the fields of a schema; the app knows how. */
export type RenderArguments = (schema: Schema, value: JsonObject, onChange: (value: JsonObject) => void) => ReactNode;

interface ExplainProps {
  known: Known;
  me: string;
  manages: boolean;
  renderArguments: RenderArguments;
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text || "{}");
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Asks the policy about a call that nobody makes. */
export function Explain({ known, me, manages, renderArguments }: ExplainProps) {
  const id = useId();
  const [server, setServer] = useState("");
  const [tool, setTool] = useState("");
  const [who, setWho] = useState(me);
  const [unattended, setUnattended] = useState(false);
  const [text, setText] = useState("{}");
  const [asJson, setAsJson] = useState(false);
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: explainCall,
    onSuccess: (answer) => announce(`${words.answer}: ${words.verdicts[answer.verdict]}`),
  });
  const definition = tool ? definitionOf(known.targets.toolset, server, tool) : null;
  const value = parsed(text);
  const form = definition !== null && !asJson && value !== null;

  const chooseTool = (next: string) => {
    reset();
    setTool(next);
    const chosen = next ? definitionOf(known.targets.toolset, server, next) : null;
    setText(JSON.stringify(chosen ? startValue(chosen.input_schema, chosen.input_schema) : {}, null, 2));
  };
  return (
    <div className="flex flex-col gap-5">
      <form
        noValidate
        aria-label={words.explain}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isPending || !server || !tool || !value) return;
          mutate({ server, tool, arguments: value, ...(who === me ? {} : { user_id: who }), ...(unattended ? { unattended } : {}) });
        }}
      >
        <p className="text-sm text-soft">{words.explainIntro}</p>
        <div className="grid gap-4 sm:grid-cols-2">
          <ChoiceField
            label={words.server}
            required
            none={words.chooseOne}
            value={server}
            options={serverOptions(known)}
            onChange={(next) => {
              setServer(next);
              setTool("");
              reset();
            }}
          />
          <ChoiceField label={words.tool} required none={words.chooseOne} value={tool} options={server ? toolOptions(known, server) : []} onChange={chooseTool} />
          {manages && (
            <ChoiceField
              label={words.who}
              value={who}
              options={[{ value: me, name: words.me }, ...known.members.filter((member) => member.id !== me).map((member) => ({ value: member.id, name: `${member.name} (${member.email})` }))]}
              onChange={setWho}
            />
          )}
        </div>
        <Tick label={words.unattended} checked={unattended} onChange={setUnattended} />
        {definition ? (
          <Radios
            legend={words.arguments}
            value={asJson ? "json" : "form"}
            options={[
              { value: "form", name: words.argumentsForm },
              { value: "json", name: words.argumentsJson },
            ]}
            onChange={(shape) => setAsJson(shape === "json")}
          />
        ) : (
          tool && <p className="text-sm text-soft">{words.noForm}</p>
        )}
        {form ? (
          <div key={`${server}/${tool}`}>{renderArguments(definition.input_schema, value, (next) => setText(JSON.stringify(next, null, 2)))}</div>
        ) : (
          tool && (
            <div className="flex flex-col gap-1">
              <label htmlFor={id} className="text-sm font-medium">
                {`${words.arguments} (${words.argumentsJson})`}
              </label>
              <textarea
                id={id}
                spellCheck={false}
                rows={4}
                className="field field-sizing-content max-h-80 min-h-24 font-mono text-[0.8125rem]!"
                value={text}
                aria-invalid={value === null ? true : undefined}
                aria-describedby={value === null ? `${id}-error` : undefined}
                onChange={(event) => setText(event.target.value)}
              />
              {value === null && (
                <p id={`${id}-error`} className="text-sm text-danger">
                  {words.badJson}
                </p>
              )}
            </div>
          )
        )}
        <div>
          <Button type="submit" look="accent" aria-disabled={isPending || !server || !tool || !value}>
            {words.ask}
          </Button>
        </div>
      </form>
      {error && (
        <p role="alert" className="wrap-anywhere text-danger">
          {sentence(error)}
        </p>
      )}
      {data && <Answer answer={data} known={known} />}
    </div>
  );
}
