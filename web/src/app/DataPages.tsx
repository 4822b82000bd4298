import { Link } from "wouter";
import { Data } from "@/features/data/Data";
import { Features } from "@/features/data/Features";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { pages } from "@/lib/urls";
import { PlainPage } from "./PlainPage";

const words = admin.data;

/** What is held of one, or of the organisation; and, at an address of its own, what the organisation can do without. */
export function DataPages({ me, features }: { me: Me; features: boolean }) {
  const switches = may(me, "features.manage");
  if (features) {
    return (
      <PlainPage me={me} title={words.features} intro={switches ? words.featuresIntro : words.featuresForbidden}>
        {switches && <Features />}
      </PlainPage>
    );
  }
  return (
    <PlainPage me={me} title={words.title} intro={words.intro}>
      <Data me={me} />
      {switches && (
        <p className="mt-8">
          <Link href={pages.features} className="underline">
            {words.features}
          </Link>
        </p>
      )}
    </PlainPage>
  );
}
