import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { announce } from "@/lib/announce";
import { command, request } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { peopleUrls } from "@/lib/peopleUrls";
import type { OwnProvider } from "@/lib/policyProtocol";
import { visible } from "@/lib/text";
import { ProviderForm } from "./ProviderForm";

const words = admin.people;
const KEY = ["identity-providers"];

/** The identity providers of the organisation itself; nothing where the operator does not allow any. */
export function OwnProviders() {
  const client = useQueryClient();
  const [entering, setEntering] = useState(false);
  const [leaving, setLeaving] = useState<OwnProvider | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => request<{ allowed: boolean; providers: OwnProvider[] }>("GET", peopleUrls.providers),
  });
  const again = () => client.invalidateQueries({ queryKey: KEY });
  const remove = useMutation({
    mutationFn: (provider: OwnProvider) => command("DELETE", peopleUrls.provider(provider.id)),
    onSuccess: () => {
      announce(words.providerRemoved);
      setLeaving(null);
    },
    onSettled: again,
  });
  if (!data || (!data.allowed && data.providers.length === 0)) return null;
  const close = () => {
    setEntering(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return (
    <section aria-label={words.providers} className="mt-10 flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">{words.providers}</h2>
        {data.allowed && !entering && (
          <Button ref={opener} onClick={() => setEntering(true)}>
            {words.enterProvider}
          </Button>
        )}
      </div>
      <p className="text-sm text-soft">{words.providersIntro}</p>
      {entering && <ProviderForm onDone={() => void again().then(close)} onClose={close} />}
      {data.providers.length > 0 && (
        <ul className="flex flex-col gap-3">
          {data.providers.map((provider) => (
            <li key={provider.id} className="flex flex-col gap-2 rounded-2xl border border-line px-4 py-3 text-sm">
              <div className="flex flex-wrap items-center justify-between gap-2">
                <p className="min-w-0 wrap-anywhere">
                  <span className="font-medium">{visible(provider.name)}</span>
                  <span className="block text-soft">{visible(provider.issuer)}</span>
                </p>
                <Button look="danger" aria-label={words.removeProvider(provider.name)} onClick={() => setLeaving(provider)}>
                  {words.remove}
                </Button>
              </div>
              <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[max-content_minmax(0,1fr)]">
                {[
                  [words.signInLink, provider.sign_in],
                  [words.redirectUri, provider.redirect_uri],
                  [words.logoutUri, provider.backchannel_logout_uri],
                ].map(([name, url]) => (
                  <div key={name} className="contents">
                    <dt className="text-soft">{name}</dt>
                    <dd className="font-mono text-xs leading-5 wrap-anywhere">{url}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      )}
      {leaving && (
        <ConfirmDialog
          title={words.removeProviderTitle(leaving.name)}
          text={words.removeProviderText}
          action={words.remove}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(leaving)}
          onClose={() => setLeaving(null)}
        />
      )}
    </section>
  );
}
