import { request } from "@/lib/api/http";
import type { Explanation, Question } from "@/lib/policyProtocol";
import { urls } from "@/lib/urls";

export function explainCall(question: Question): Promise<Explanation> {
  return request<Explanation>("POST", urls.explain, question);
}
