import { Plus, X } from "lucide-react";
import type { ComponentType, ReactNode } from "react";
import { t } from "@/lib/i18n";
import type { Json } from "@/lib/protocol";
import { child } from "@/lib/schema/pointer";
import { fits, isObject, kindOf, labelOf, properties, requiredNames, resolve, type Schema, startValue } from "@/lib/schema/schema";
import { useForm } from "./FormContext";
import { BooleanInput, ChoiceInput, ChoicesInput, type InputProps, JsonInput, NumberInput, StringInput } from "./inputs";

const INPUTS: Record<string, ComponentType<InputProps>> = {
  string: StringInput,
  number: NumberInput,
  integer: NumberInput,
  boolean: BooleanInput,
  choice: ChoiceInput,
  json: JsonInput,
};

const SMALL = "inline-flex min-h-7 items-center gap-1 rounded-lg px-1.5 text-xs text-soft hover:bg-sunk hover:text-ink pointer-coarse:min-h-11";

interface FieldProps {
  pointer: string;
  label: string;
  schema: Schema;
  value: Json | undefined;
  required: boolean;
  /** Takes the value away, where it may be missing. */
  remove?: { label: string } | undefined;
}

function EditedMark({ pointer }: { pointer: string }) {
  const { edited } = useForm();
  const isEdited = [...edited].some((at) => at === pointer || at.startsWith(`${pointer}/`));
  return isEdited ? <span className="rounded-full bg-accent-wash px-2 py-px text-xs font-medium text-accent">{t.approvals.edited}</span> : null;
}

function RemoveButton({ pointer, label }: { pointer: string; label: string }) {
  const { change, broken } = useForm();
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={SMALL}
      onClick={() => {
        broken(pointer, false);
        change(pointer, undefined);
      }}
    >
      <X size={14} aria-hidden="true" />
    </button>
  );
}

function AddButton({ pointer, label, schema, children }: { pointer: string; label: string; schema: Schema; children: ReactNode }) {
  const { change, root } = useForm();
  return (
    <button type="button" aria-label={label} className={SMALL} onClick={() => change(pointer, startValue(schema, root))}>
      <Plus size={14} aria-hidden="true" />
      {children}
    </button>
  );
}

function ErrorText({ pointer }: { pointer: string }) {
  const { errors, idOf } = useForm();
  const error = errors[pointer];
  return error ? (
    <p id={`${idOf(pointer)}-error`} className="text-sm text-danger">
      {error}
    </p>
  ) : null;
}

function Group({ pointer, label, schema, required, remove, children }: FieldProps & { children: ReactNode }) {
  const { root, errors, idOf } = useForm();
  const about = resolve(schema, root)["description"];
  const described = errors[pointer] ? `${idOf(pointer)}-error` : undefined;
  return (
    <fieldset aria-describedby={described} className="min-w-0 rounded-xl border border-line px-3 pt-1 pb-3">
      <legend className="flex items-center gap-2 px-1 text-sm font-medium">
        {label}
        {required && !remove && <span className="text-xs font-normal text-soft">{t.approvals.required}</span>}
        <EditedMark pointer={pointer} />
        {remove && <RemoveButton pointer={pointer} label={remove.label} />}
      </legend>
      {typeof about === "string" && about && <p className="pb-1 text-xs text-soft">{about}</p>}
      <div className="flex flex-col gap-3">{children}</div>
      <ErrorText pointer={pointer} />
    </fieldset>
  );
}

function ListField(props: FieldProps & { value: Json[] }) {
  const { root } = useForm();
  const items = resolve(props.schema, root)["items"];
  const schema = isObject(items) ? items : {};
  return (
    <Group {...props}>
      {props.value.map((item, index) => (
        <Field
          // oxlint-disable-next-line react/no-array-index-key
          key={`${index}/${props.value.length}`}
          pointer={child(props.pointer, index)}
          label={t.approvals.item(props.label, index + 1)}
          schema={schema}
          value={item}
          required
          remove={{ label: t.approvals.removeItem(props.label, index + 1) }}
        />
      ))}
      <div>
        <AddButton pointer={child(props.pointer, props.value.length)} schema={schema} label={t.approvals.addItem(props.label)}>
          {t.approvals.add}
        </AddButton>
      </div>
    </Group>
  );
}

/** The fields of an object: those that its schema declares, then whatever else it holds. */
export function ObjectFields({ pointer, schema, value }: { pointer: string; schema: Schema; value: { [key: string]: Json } }) {
  const { root } = useForm();
  const declared = properties(schema);
  const needed = requiredNames(schema);
  const others = Object.keys(value).filter((name) => !declared.some(([known]) => known === name));
  const all: [string, Schema][] = [...declared, ...others.map((name): [string, Schema] => [name, {}])];
  return all.map(([name, property]) => {
    const label = labelOf(name, resolve(property, root));
    const required = needed.has(name);
    return (
      <Field
        key={name}
        pointer={child(pointer, name)}
        label={label}
        schema={property}
        value={value[name]}
        required={required}
        remove={required ? undefined : { label: t.approvals.unset(label) }}
      />
    );
  });
}

function NotSet({ pointer, label, schema }: FieldProps) {
  return (
    <div>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <span className="font-medium">{label}</span>
        <span className="text-soft">{t.approvals.notSet}</span>
        <AddButton pointer={pointer} schema={schema} label={t.approvals.set(label)}>
          {t.approvals.add}
        </AddButton>
        <EditedMark pointer={pointer} />
      </p>
      <ErrorText pointer={pointer} />
    </div>
  );
}

export function Field(props: FieldProps) {
  const { pointer, label, value, required, remove } = props;
  const { root, errors, idOf } = useForm();
  const schema = resolve(props.schema, root);
  if (value === undefined || (value === null && schema["nullable"] === true)) return <NotSet {...props} schema={schema} />;
  const natural = kindOf(schema);
  const kind = fits(natural, value) ? natural : "json";
  if (kind === "array" && Array.isArray(value)) return <ListField {...props} value={value} />;
  if (kind === "choices") {
    return (
      <Group {...props}>
        <ChoicesInput pointer={pointer} schema={schema} value={value} />
      </Group>
    );
  }
  if (kind === "object" && isObject(value)) {
    return (
      <Group {...props}>
        <ObjectFields pointer={pointer} schema={schema} value={value} />
      </Group>
    );
  }
  const Input = INPUTS[kind] ?? JsonInput;
  const id = idOf(pointer);
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  const error = errors[pointer];
  const described = [description && `${id}-about`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1">
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        <label htmlFor={id} className="text-sm font-medium">
          {kind === "json" ? t.approvals.json(label) : label}
        </label>
        {required && !remove && <span className="text-xs text-soft">{t.approvals.required}</span>}
        <EditedMark pointer={pointer} />
        {remove && <RemoveButton pointer={pointer} label={remove.label} />}
      </div>
      <Input
        pointer={pointer}
        schema={schema}
        value={value}
        ties={{ id, "aria-invalid": error ? true : undefined, "aria-describedby": described || undefined, "aria-required": required || undefined }}
      />
      {description && (
        <p id={`${id}-about`} className="text-xs text-soft">
          {description}
        </p>
      )}
      <ErrorText pointer={pointer} />
    </div>
  );
}
