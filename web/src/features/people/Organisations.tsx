import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { command, request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { peopleUrls } from "@/lib/peopleUrls";
import type { OwnTenant } from "@/lib/policyProtocol";
import { ROLES } from "@/lib/roles";
import { visible } from "@/lib/text";
import { pages } from "@/lib/urls";

const words = admin.people;

/** Where one belongs, and the way from one organisation to another. */
export function Organisations() {
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["tenants"],
    queryFn: async () => (await request<{ tenants: OwnTenant[] }>("GET", peopleUrls.tenants)).tenants,
  });
  const move = useMutation({
    mutationFn: (tenant: OwnTenant) => command("POST", peopleUrls.switchTo(tenant.id)),
    // Nothing of the one that was left may stay in this page.
    onSuccess: () => window.location.assign(pages.home),
  });
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) return <LoadFailed what={words.organisationsFailed} error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <ul aria-label={words.organisations} className="flex flex-col divide-y divide-line border-y border-line">
        {data.map((tenant) => (
          <li key={tenant.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
            <div className="min-w-0 flex-1 basis-48">
              <p className="font-medium wrap-anywhere">
                {visible(tenant.name)}
                {tenant.current && <span className="font-normal text-soft"> ({words.hereNow})</span>}
              </p>
              <p className="text-sm text-soft">
                {ROLES.filter((role) => tenant.roles.includes(role))
                  .map((role) => words.roleNames[role])
                  .join(", ")}
              </p>
            </div>
            {!tenant.current && (
              <Button aria-label={words.switchTo(tenant.name)} aria-disabled={move.isPending} onClick={() => !move.isPending && move.mutate(tenant)}>
                {words.switch}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {data.length === 1 && <p className="mt-4 text-sm text-soft">{words.onlyOne}</p>}
      {move.error && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {sentence(move.error)}
        </p>
      )}
    </>
  );
}
