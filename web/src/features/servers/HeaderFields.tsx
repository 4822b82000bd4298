import { Plus, X } from "lucide-react";
import { Labelled } from "@/components/forms/Labelled";
import { Button, IconButton } from "@/components/ui/Button";
import { admin } from "@/lib/i18n/admin";
import { uuid } from "@/lib/uuid";
import type { HeaderDraft, Values } from "./draft";

const words = admin.servers;
const MOST = 20;

interface HeaderFieldsProps {
  headers: HeaderDraft[];
  values: Values;
  errors: Record<string, string>;
  onHeaders: (headers: HeaderDraft[]) => void;
  onValue: (key: string, value: string) => void;
}

/** Names and secret values of headers. What is typed as a value is masked, and kept nowhere in the browser. */
export function HeaderFields({ headers, values, errors, onHeaders, onValue }: HeaderFieldsProps) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="text-sm font-medium">{words.headers}</legend>
      <p className="text-xs text-soft">{words.headersHint}</p>
      {headers.map((header, index) => {
        const called = header.name.trim() || words.headerUnnamed;
        return (
          <div key={header.key} className="flex items-start gap-2">
            <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
              <Labelled label={words.headerName(index + 1)} error={errors[`headers/${header.key}/name`]}>
                {(ties) => (
                  <input
                    {...ties}
                    className="field min-h-10"
                    autoComplete="off"
                    spellCheck={false}
                    maxLength={80}
                    placeholder="Authorization"
                    readOnly={header.kept}
                    value={header.name}
                    onChange={(event) => onHeaders(headers.map((each) => (each === header ? { ...each, name: event.target.value } : each)))}
                  />
                )}
              </Labelled>
              <Labelled label={words.headerValue(called)} hint={header.kept ? words.headerKept : undefined} error={errors[`headers/${header.key}/value`]}>
                {(ties) => (
                  <input
                    {...ties}
                    type="password"
                    className="field min-h-10"
                    autoComplete="new-password"
                    spellCheck={false}
                    maxLength={8000}
                    value={values[header.key] ?? ""}
                    onChange={(event) => onValue(header.key, event.target.value)}
                  />
                )}
              </Labelled>
            </div>
            <IconButton label={words.removeHeader(called)} className="mt-6" onClick={() => onHeaders(headers.filter((each) => each !== header))}>
              <X size={17} aria-hidden="true" />
            </IconButton>
          </div>
        );
      })}
      {errors["headers"] && <p className="text-sm text-danger">{errors["headers"]}</p>}
      {headers.length < MOST && (
        <div>
          <Button onClick={() => onHeaders([...headers, { key: uuid(), name: "", kept: false }])}>
            <Plus size={15} aria-hidden="true" />
            {words.addHeader}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
