import { Dialog } from "@/components/ui/Dialog";
import { t } from "@/lib/i18n";
import { useConnection } from "@/lib/live/connection";
import { urls } from "@/lib/urls";

export function SignInAgain() {
  const phase = useConnection((state) => state.phase);
  const here = window.location.pathname + window.location.search;
  return (
    <Dialog open={phase === "signed_out"} onClose={() => undefined} label={t.app.signInAgain} firm>
      <h2 className="text-lg font-semibold">{t.app.signInAgain}</h2>
      <p className="mt-2 text-soft">{t.app.signedOut}</p>
      <a
        href={urls.login(here)}
        className="mt-5 inline-flex min-h-11 w-full items-center justify-center rounded-xl bg-strong px-4 font-medium text-strong-ink"
      >
        {t.app.signInAgain}
      </a>
    </Dialog>
  );
}
