import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Spinner } from "@/components/ui/Spinner";
import { sentence } from "@/lib/api/http";
import { offers as words } from "@/lib/i18n/en/offers";
import type { Server } from "@/lib/protocol";
import { visible } from "@/lib/text";
import { OfferField, valuesOf } from "./OfferField";
import { type Offer, type OfferKind, readOffer, useOffers } from "./offers";

interface OfferDialogProps {
  kind: OfferKind;
  servers: Server[];
  onText: (text: string) => void;
  onClose: () => void;
}

function Arguments({ offer, busy, onFill, onBack }: { offer: Offer; busy: boolean; onFill: (values: Record<string, string>) => void; onBack: () => void }) {
  const fill = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onFill(valuesOf(offer, event.currentTarget));
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={fill}>
      {offer.arguments.map((argument) => (
        <OfferField key={argument.name} offer={offer} argument={argument} />
      ))}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={busy}>
          {words.insert}
        </Button>
        <Button onClick={onBack}>{words.back}</Button>
      </div>
    </form>
  );
}

function matching(offers: Offer[], search: string): Offer[] {
  const parts = search.toLowerCase().split(/\s+/);
  return offers.filter(({ title, id, server }) => parts.every((part) => `${title} ${id} ${server.name}`.toLowerCase().includes(part)));
}

/** What connected servers have to read, or prompts to fill in; what is chosen goes into the message, to be read before it is sent. */
export function OfferDialog({ kind, servers, onText, onClose }: OfferDialogProps) {
  const { busy, offers, failures } = useOffers(kind, servers);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<Offer | null>(null);
  const [reading, setReading] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const found = matching(offers, search);
  const read = async (offer: Offer, values: Record<string, string>) => {
    setReading(true);
    setWrong(null);
    try {
      onText(await readOffer(offer, values));
    } catch (error) {
      setWrong(sentence(error));
      setReading(false);
    }
  };
  const choose = (offer: Offer) => (offer.arguments.length > 0 ? setChosen(offer) : void read(offer, {}));
  return (
    <Dialog open onClose={onClose} label={words[kind]}>
      <div className="flex max-h-[70dvh] flex-col gap-3">
        <h2 className="text-base font-semibold wrap-anywhere">{chosen ? visible(chosen.title) : words[kind]}</h2>
        {wrong && (
          <p role="alert" className="text-sm text-danger wrap-anywhere">
            {wrong}
          </p>
        )}
        {chosen ? (
          <Arguments offer={chosen} busy={reading} onFill={(values) => void read(chosen, values)} onBack={() => setChosen(null)} />
        ) : (
          <>
            <input className="field" type="search" aria-label={words.search} placeholder={words.search} value={search} onChange={(event) => setSearch(event.target.value)} />
            {(busy || reading) && <Spinner className="text-soft" />}
            <ul className="flex min-h-0 flex-col overflow-auto">
              {found.map((offer) => (
                <li key={`${offer.server.id} ${offer.id}`}>
                  <button type="button" disabled={reading} className="flex min-h-11 w-full flex-col rounded-lg px-2 py-1.5 text-start text-sm hover:bg-sunk" onClick={() => choose(offer)}>
                    <span className="font-medium wrap-anywhere">{visible(offer.title)}</span>
                    <span className="text-xs text-soft wrap-anywhere">
                      {visible(offer.server.name)} · {visible(offer.description ?? offer.id)}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            {!busy && found.length === 0 && <p className="text-sm text-soft">{words.nothing}</p>}
            {failures.map(({ server, why }) => (
              <p key={server} className="text-sm text-soft wrap-anywhere">
                {words.failed(server, why)}
              </p>
            ))}
            <div>
              <Button onClick={onClose}>{words.close}</Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}
