import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { Switch } from "@/components/ui/Switch";
import { announce } from "@/lib/announce";
import { request, sentence } from "@/lib/api/http";
import { dataKeys, dataUrls, type Feature, FEATURES } from "@/lib/dataProtocol";
import { admin } from "@/lib/i18n/admin";

const words = admin.data;
type Switched = Record<Feature, boolean>;

/** What the organisation can do without, each with its switch. */
export function Features() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: dataKeys.features, queryFn: () => request<Switched>("GET", dataUrls.features) });
  const change = useMutation({
    mutationFn: ({ feature, on }: { feature: Feature; on: boolean }) => request<Switched>("PATCH", dataUrls.features, { [feature]: on }),
    onSuccess: (answer, { feature, on }) => {
      client.setQueryData(dataKeys.features, answer);
      announce(words.switched(words.names[feature], on));
    },
  });
  if (error && !data) return <LoadFailed what={words.featuresFailed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <Spinner className="mx-auto my-12 block text-soft" />;
  return (
    <>
      <ul aria-label={words.features} className="flex flex-col divide-y divide-line border-y border-line">
        {FEATURES.map((feature) => (
          <li key={feature} className="flex items-center justify-between gap-4 py-3">
            <div className="min-w-0">
              <p className="font-medium">{words.names[feature]}</p>
              <p className="text-sm text-soft">{words.hints[feature]}</p>
            </div>
            <Switch label={words.names[feature]} on={data[feature]} busy={change.isPending} onChange={(on) => change.mutate({ feature, on })} />
          </li>
        ))}
      </ul>
      {change.error && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {sentence(change.error)}
        </p>
      )}
    </>
  );
}
