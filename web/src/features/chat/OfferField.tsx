import { useEffect, useId, useRef, useState } from "react";
import { offers as words } from "@/lib/i18n/en/offers";
import { visible } from "@/lib/text";
import { type Offer, type OfferArgument, proposals } from "./offers";

/** Longer than between two keys of somebody who types. */
const PAUSE_MS = 200;

export function valuesOf(offer: Offer, form: HTMLFormElement): Record<string, string> {
  const given = new FormData(form);
  return Object.fromEntries(offer.arguments.map(({ name }) => [name, String(given.get(name) ?? "")]));
}

/** One thing to fill in, with what the server proposes for it. */
export function OfferField({ offer, argument }: { offer: Offer; argument: OfferArgument }) {
  const { name, title, description, required } = argument;
  const list = useId();
  const [proposed, setProposed] = useState<string[]>([]);
  const asked = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(asked.current), []);
  const propose = ({ value, form }: HTMLInputElement) => {
    clearTimeout(asked.current);
    const turn = setTimeout(() => {
      const { [name]: _, ...others } = form ? valuesOf(offer, form) : {};
      proposals(offer, name, value, others).then(
        (values) => asked.current === turn && setProposed(values),
        // What is not proposed is typed.
        () => setProposed([]),
      );
    }, PAUSE_MS);
    asked.current = turn;
  };
  return (
    <label className="flex flex-col gap-1 text-sm">
      <span className="font-medium wrap-anywhere">
        {visible(title ?? name)} {required && <span className="font-normal text-soft">{words.required}</span>}
      </span>
      {description && <span className="text-soft wrap-anywhere">{visible(description)}</span>}
      <input
        className="field"
        name={name}
        required={required}
        maxLength={10_000}
        autoComplete="off"
        list={list}
        onFocus={(event) => propose(event.target)}
        onChange={(event) => propose(event.target)}
      />
      <datalist id={list}>
        {proposed.map((value) => (
          <option key={value} value={value}>
            {visible(value)}
          </option>
        ))}
      </datalist>
    </label>
  );
}
