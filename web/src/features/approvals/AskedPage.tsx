import { ExternalLink } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import { visible } from "@/lib/text";

interface Address {
  href: string;
  host: string;
  before: string;
  after: string;
}

/** An address in parts, as the browser reads it; null if it is none of the web. */
export function addressOf(text: string): Address | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const at = url.href.indexOf(url.host, url.protocol.length + 2 + (url.username ? url.href.indexOf("@") - url.protocol.length - 1 : 0));
  return { href: url.href, host: url.host, before: url.href.slice(0, at), after: url.href.slice(at + url.host.length) };
}

interface AskedPageProps {
  url: string;
  onDone: () => void;
  onDecline: () => void;
}

/** A page that a server sends a person to: its whole address, then a link, then their word that they are done. */
export function AskedPage({ url, onDone, onDecline }: AskedPageProps) {
  const address = addressOf(url);
  return (
    <div className="flex flex-col gap-3">
      <p role="group" aria-label={t.asked.address} className="rounded-xl border border-line bg-sunk px-3 py-2 font-mono text-[0.8125rem] wrap-anywhere">
        {address ? (
          <>
            <span className="text-soft">{visible(address.before)}</span>
            <mark className="rounded-sm bg-warn-wash px-0.5 font-bold text-warn">{visible(address.host)}</mark>
            <span className="text-soft">{visible(address.after)}</span>
          </>
        ) : (
          visible(url)
        )}
      </p>
      <p className="text-sm">{address ? t.asked.leads(visible(address.host)) : t.asked.notAPage}</p>
      <div className="flex flex-wrap items-center gap-2">
        {address && (
          <a
            href={address.href}
            target="_blank"
            rel="noopener noreferrer"
            className="inline-flex min-h-9 items-center justify-center gap-1.5 rounded-xl border border-edge/70 bg-raised px-3.5 text-sm font-medium wrap-anywhere hover:bg-sunk max-sm:w-full pointer-coarse:min-h-11"
          >
            {t.asked.openPage(visible(address.host))}
            <ExternalLink size={15} aria-hidden="true" className="shrink-0" />
            <span className="sr-only">({t.asked.newTab})</span>
          </a>
        )}
        <Button look="accent" onClick={onDone}>
          {t.asked.done}
        </Button>
        <Button onClick={onDecline}>{t.asked.decline}</Button>
      </div>
      <p className="text-xs text-soft">{t.asked.doneHint}</p>
    </div>
  );
}
