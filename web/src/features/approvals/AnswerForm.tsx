import { useId, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import type { Call, FieldError, JsonObject } from "@/lib/protocol";
import { asForm, blank, filled } from "@/lib/schema/blank";
import { child, withValue } from "@/lib/schema/pointer";
import { labelOf, properties, requiredNames, resolve, type Schema } from "@/lib/schema/schema";
import { type Errors, validate } from "@/lib/schema/validate";
import { Field } from "./Field";
import { type Form, FormContext } from "./FormContext";
import { allErrors, useBroken } from "./useBroken";

interface AnswerFormProps {
  call: Call;
  /** What was filled in before; null to begin with. */
  draft: JsonObject | null;
  refused: FieldError[];
  onChange: (draft: JsonObject) => void;
  onSend: (content: JsonObject) => void;
  onDecline: () => void;
}

const NONE: JsonObject = {};
const NO_ERRORS: FieldError[] = [];

/** What has been looked at already, or everything once it was to be sent. */
function shownErrors(errors: Errors, touched: ReadonlySet<string>, tried: boolean): Errors {
  if (tried) return errors;
  return Object.fromEntries(Object.entries(errors).filter(([pointer]) => [...touched].some((at) => pointer === at || pointer.startsWith(`${at}/`))));
}

/** The fields that a server asks for, each checked once it was touched, all of them when they are sent. */
export function AnswerForm({ call, draft, refused, onChange, onSend, onDecline }: AnswerFormProps) {
  const prefix = useId();
  const form = useRef<HTMLFormElement>(null);
  const asked: Schema = call.asked?.schema ?? NONE;
  const schema = useMemo(() => asForm(resolve(asked, asked)), [asked]);
  const value = draft ?? blank(schema);
  const content = filled(schema, value);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set<string>());
  const [tried, setTried] = useState(false);
  const [answered, setAnswered] = useState<FieldError[]>([]);
  const broken = useBroken();
  const objections = refused === answered ? NO_ERRORS : refused;
  const errors = allErrors(validate(schema, content), broken.pointers, objections);
  const needed = requiredNames(schema);

  const context: Form = {
    root: schema,
    errors: shownErrors(errors, touched, tried || objections.length > 0),
    edited: new Set(),
    broken: broken.mark,
    idOf: (pointer) => `${prefix}${pointer}`,
    change: (pointer, next) => {
      setAnswered(refused);
      onChange(withValue(value, pointer, next));
    },
  };
  const send = () => {
    const wrong = Object.keys(allErrors(validate(schema, content), broken.pointers, NO_ERRORS));
    setTried(true);
    if (wrong.length === 0) onSend(content);
    else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true], fieldset[aria-describedby] input")?.focus());
  };
  const count = Object.keys(errors).length;
  return (
    <FormContext value={context}>
      <form
        ref={form}
        aria-label={t.asked.form(call.tool.server_name)}
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.repeat) event.preventDefault();
        }}
      >
        {properties(schema).map(([name, property]) => (
          <div key={name} onBlur={() => setTouched((now) => new Set(now).add(child("", name)))}>
            <Field pointer={child("", name)} label={labelOf(name, resolve(property, schema))} schema={property} value={value[name] ?? null} required={needed.has(name)} />
          </div>
        ))}
        {tried && count > 0 && (
          <p role="alert" className="text-sm text-danger">
            {t.asked.fixFirst(count)}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          <Button look="accent" type="submit">
            {t.asked.send}
          </Button>
          <Button onClick={onDecline}>{t.asked.decline}</Button>
        </div>
      </form>
    </FormContext>
  );
}
