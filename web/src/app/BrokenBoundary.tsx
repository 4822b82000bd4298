import { Component, type ReactNode } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";

/** Where an error of the UI itself ends up: what was written is kept, and a reload brings it back. */
export class BrokenBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="flex h-dvh flex-col items-center justify-center gap-4 px-6 text-center">
        <h1 className="text-xl font-semibold">{t.app.broke}</h1>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t.app.reload}
        </Button>
      </main>
    );
  }
}
