import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import type { Call, FieldError, JsonObject } from "@/lib/protocol";
import { changesBetween } from "@/lib/schema/changes";
import { withValue } from "@/lib/schema/pointer";
import { isObject, kindOf, resolve } from "@/lib/schema/schema";
import { validate } from "@/lib/schema/validate";
import { Diff } from "./Diff";
import { Field, ObjectFields } from "./Field";
import { type Form, FormContext } from "./FormContext";
import { allErrors, useBroken } from "./useBroken";
import { toolTitle } from "./words";

interface EditFormProps {
  call: Call;
  value: JsonObject;
  refused: FieldError[];
  disabled: boolean;
  onChange: (value: JsonObject) => void;
  onApprove: (value: JsonObject) => void;
  onCancel: () => void;
}

const NO_ERRORS: FieldError[] = [];
/** A form made from the tool's schema: typed values, checked as they are written, with what was changed beside it. */
export function EditForm({ call, value, refused, disabled, onChange, onApprove, onCancel }: EditFormProps) {
  const prefix = useId();
  const root = call.tool.input_schema;
  const [version, setVersion] = useState(0);
  const [seen, setSeen] = useState<FieldError[]>([]);
  const broken = useBroken();
  const form = useRef<HTMLFormElement>(null);
  const schema = resolve(root, root);
  const own = useMemo(() => validate(root, value), [root, value]);
  const changes = useMemo(() => changesBetween(call.arguments, value), [call.arguments, value]);
  const errors = allErrors(own, broken.pointers, refused === seen ? NO_ERRORS : refused);
  const valid = Object.keys(own).length === 0 && broken.pointers.size === 0;
  const ready = valid && changes.length > 0 && !disabled;

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus();
  }, []);

  const context: Form = {
    root,
    errors,
    edited: new Set(changes.map(({ pointer }) => pointer)),
    broken: broken.mark,
    idOf: (pointer) => `${prefix}${pointer}`,
    change: (pointer, next) => {
      setSeen(refused);
      if (pointer === "") {
        if (isObject(next)) onChange(next);
      } else onChange(withValue(value, pointer, next));
    },
  };
  const submit = () => {
    if (ready) onApprove(value);
  };
  return (
    <FormContext value={context}>
      <form
        ref={form}
        aria-label={t.approvals.editTitle(toolTitle(call))}
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) submit();
          if (event.key === "Escape") onCancel();
        }}
      >
        <div key={version} className="flex flex-col gap-3">
          {kindOf(schema) === "object" ? (
            <ObjectFields pointer="" schema={schema} value={value} />
          ) : (
            <Field pointer="" label={t.approvals.arguments} schema={{}} value={value} required />
          )}
        </div>
        {errors[""] && kindOf(schema) === "object" && <p className="text-sm text-danger">{errors[""]}</p>}
        <div className="flex items-center gap-3 text-sm text-soft">
          <span>{t.approvals.changesCount(changes.length)}</span>
          {(changes.length > 0 || broken.pointers.size > 0) && (
            <Button
              onClick={() => {
                broken.mend();
                onChange(call.arguments);
                setVersion((now) => now + 1);
              }}
            >
              {t.approvals.reset}
            </Button>
          )}
        </div>
        <Diff before={call.arguments} after={value} schema={root} label={t.approvals.diff} />
        {call.approvals.length > 0 && <p className="text-sm text-warn">{t.approvals.voidsApprovals}</p>}
        <div className="flex flex-wrap gap-2">
          <Button look="accent" disabled={!ready} aria-keyshortcuts="Control+Enter" onClick={submit}>
            {t.approvals.approveEdited}
          </Button>
          <Button onClick={onCancel}>{t.approvals.cancel}</Button>
        </div>
      </form>
    </FormContext>
  );
}
