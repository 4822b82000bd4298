import { archive } from "./en/archive";
import { audit } from "./en/audit";
import { condition } from "./en/condition";
import { data } from "./en/data";
import { grants } from "./en/grants";
import { people } from "./en/people";
import { policy } from "./en/policy";
import { serverPages } from "./en/serverPages";
import { usage } from "./en/usage";

/** The words of the pages that are loaded when they are opened, kept apart so that they load with them. */
export const admin = { archive, audit, condition, data, grants, people, policy, servers: serverPages, usage };
