import { Link } from "wouter";
import { t } from "@/lib/i18n";
import { pages } from "@/lib/urls";

export function NotFound() {
  return (
    <div className="m-auto max-w-sm px-6 text-center">
      <h2 className="text-xl font-semibold">{t.app.notFoundTitle}</h2>
      <p className="mt-2 text-soft">{t.app.notFound}</p>
      <Link href={pages.newChat} className="mt-5 inline-flex min-h-11 items-center rounded-xl bg-strong px-4 text-sm font-medium text-strong-ink">
        {t.app.backToChat}
      </Link>
    </div>
  );
}
