import { useConversations } from "@/lib/conversation/store";

const FRAMES = 60;

/** Brings a message of an open conversation before the reader and gives it the focus; returns what calls that off. */
export function goToMessage(threadId: string, messageId: string, showLast: (runs: number) => void): () => void {
  const conversation = useConversations.getState()[threadId]?.conversation;
  const run = conversation?.order.find((id) => conversation.runs[id]?.items.some((item) => item.kind === "text" && item.id === messageId));
  if (!conversation || !run) return () => undefined;
  showLast(conversation.order.length - conversation.order.indexOf(run));
  let left = FRAMES;
  let frame = 0;
  const look = () => {
    const message = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`);
    if (message) {
      message.focus({ preventScroll: true });
      message.scrollIntoView({ block: "center" });
    } else if (left > 0) {
      left -= 1;
      frame = requestAnimationFrame(look);
    }
  };
  frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}
